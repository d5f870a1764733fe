"""What number a register holds at a place in a function: followed backwards through every way that leads there."""

from capstone import CS_ARCH_X86, CS_GRP_CALL, CS_GRP_JUMP, CS_GRP_RET, CS_MODE_64, Cs, CsInsn
from capstone import x86 as code
from capstone.x86 import X86Op
from msgspec import Struct

_MOST_STEPS = 4000
"""Instructions looked at for one value; generated code needs a few, a few hundred where ways join."""
_CLOBBERED = frozenset({"rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11"})
"""Registers that a called function may change, by the x86-64 calling convention."""
_BY_SYSCALL = frozenset({"rax", "rcx", "r11"})
_PADDING = frozenset({code.X86_INS_NOP, code.X86_INS_INT3})
"""Between two pieces of code; what nothing leads to is never run."""
_WORD = 8
_CLEARING = 4
"""Bytes of the smallest operand whose write sets the whole register."""

Place = str | int
"""A register by its 64-bit name, or a distance in bytes from the stack pointer."""


class Number(Struct, frozen=True):
    """A constant found at the end of a way."""

    value: int


_decoder = Cs(CS_ARCH_X86, CS_MODE_64)
_decoder.detail = True
_plain = Cs(CS_ARCH_X86, CS_MODE_64)
# Data between functions, and instructions the decoder does not know, are passed over a byte at a time.
_decoder.skipdata = _plain.skipdata = True


class Values(Struct, frozen=True):
    """What a place can hold.

    Attributes:
        numbers: constants that reach it.
        arguments: places of the function's own caller that reach it unchanged, as they are just before the call.
        unknown: whether anything else may.
    """

    numbers: frozenset[int] = frozenset()
    arguments: frozenset[Place] = frozenset()
    unknown: bool = False


def boundaries(content: bytes, address: int) -> frozenset[int]:
    """Where the instructions of a function begin; a fifth of the time that its `Listing` takes."""
    return frozenset(at for at, _, _, _ in _plain.disasm_lite(content, address))


class Listing:
    """The instructions of one function."""

    def __init__(self, content: bytes, address: int) -> None:
        self._list: list[CsInsn] = list(_decoder.disasm(content, address))
        self._index = {each.address: index for index, each in enumerate(self._list)}
        self._sources: dict[int, list[int]] = {}
        for index, each in enumerate(self._list):
            if each.id and each.group(CS_GRP_JUMP) and each.operands and each.operands[0].type == code.X86_OP_IMM:
                self._sources.setdefault(each.operands[0].imm, []).append(index)

    def __contains__(self, address: int) -> bool:
        """Whether an instruction begins there."""
        return address in self._index

    def handed(self, address: int, argument: Place) -> Values:
        """What a call or jump at `address` hands on as an argument. A jump puts no return address on the stack."""
        is_call = self._list[self._index[address]].group(CS_GRP_CALL)
        return self.values(address, argument + _WORD if isinstance(argument, int) and not is_call else argument)

    def values(self, address: int, wanted: Place) -> Values:
        """What a place can hold just before the instruction at `address`."""
        numbers: set[int] = set()
        arguments: set[Place] = set()
        unknown = False
        seen: set[tuple[int, Place]] = set()
        todo = [(self._index[address], wanted)]
        while todo and len(seen) < _MOST_STEPS:
            at = todo.pop()
            if at in seen:
                continue
            seen.add(at)
            index, place = at
            if index == 0 and isinstance(place, int) and place < _WORD:
                unknown = True
            elif index == 0:
                arguments.add(place - _WORD if isinstance(place, int) else place)
            ways = self._before(index)
            unknown |= not ways and index > 0 and self._list[index].id not in _PADDING
            for before in ways:
                match self._origin(before, place):
                    case Number(value=number):
                        numbers.add(number)
                    case None:
                        unknown = True
                    case source:
                        todo.append((before, source))
        return Values(frozenset(numbers), frozenset(arguments), unknown or bool(todo))

    def _origin(self, index: int, wanted: Place) -> Number | Place | None:
        """What `_before` says, and the number of `xor eax, eax` and `mov al, 5`, as short code by hand has it."""
        instruction = self._list[index]
        after_one = _is_low_byte(instruction, wanted) and self._before(index) == [index - 1]
        if after_one and _before(self._list[index - 1], wanted) == Number(0):
            return Number(instruction.operands[1].imm & 0xFF)
        return _before(instruction, wanted)

    def _before(self, index: int) -> list[int]:
        """Instructions of this function that may run just before one.

        None lead to the target of a jump through a table; what a place holds there is then unknown.
        """
        found = list(self._sources.get(self._list[index].address, ()))
        if index and not _ends(self._list[index - 1]):
            found.append(index - 1)
        return found


def _ends(instruction: CsInsn) -> bool:
    """Whether the next instruction is not reached from this one."""
    if instruction.id == 0:
        return True
    return instruction.id in {code.X86_INS_JMP, code.X86_INS_UD2} or instruction.group(CS_GRP_RET)


def _before(instruction: CsInsn, wanted: Place) -> Number | Place | None:  # noqa: PLR0911 - one line for each kind
    """Where the value of a place was before an instruction, or the number it writes; None where that cannot be told."""
    if instruction.id == 0:  # no instruction
        return wanted
    if isinstance(wanted, int):
        return _stack_before(instruction, wanted)
    if instruction.group(CS_GRP_CALL):
        return None if wanted in _CLOBBERED else wanted
    if instruction.id == code.X86_INS_SYSCALL:
        return None if wanted in _BY_SYSCALL else wanted
    _, written = instruction.regs_access()
    if wanted not in {_whole(instruction.reg_name(each)) for each in written}:
        return wanted
    operands = instruction.operands
    if len(operands) != 2 or operands[0].type != code.X86_OP_REG or operands[0].size < _CLEARING:  # noqa: PLR2004 - to, from
        return None
    if instruction.id in {code.X86_INS_MOV, code.X86_INS_MOVABS, code.X86_INS_MOVSXD}:
        return _value(instruction, operands[1])
    if instruction.id in {code.X86_INS_XOR, code.X86_INS_SUB} and operands[1].type == code.X86_OP_REG:
        return Number(0) if operands[0].reg == operands[1].reg else None
    return None


def _is_low_byte(instruction: CsInsn, wanted: Place) -> bool:
    """Whether an instruction writes a constant to the lowest byte of a register."""
    if instruction.id != code.X86_INS_MOV:
        return False
    target, value = instruction.operands
    if target.type != code.X86_OP_REG or target.size != 1 or value.type != code.X86_OP_IMM:
        return False
    name = instruction.reg_name(target.reg)
    return _whole(name) == wanted and not name.endswith("h")


def _stack_before(instruction: CsInsn, wanted: int) -> Number | Place | None:  # noqa: PLR0911 - as above
    """The same for a word on the stack; `wanted` counts from the stack pointer as it is after the instruction."""
    operands = instruction.operands
    if instruction.id == code.X86_INS_PUSH:
        return wanted - _WORD if wanted else _value(instruction, operands[0])
    if instruction.id == code.X86_INS_POP:
        return wanted + _WORD
    if instruction.group(CS_GRP_CALL):
        return wanted
    if instruction.id in {code.X86_INS_SUB, code.X86_INS_ADD} and _is_stack_pointer(operands[0]):
        if operands[1].type != code.X86_OP_IMM:
            return None
        moved = wanted + (operands[1].imm if instruction.id == code.X86_INS_ADD else -operands[1].imm)
        return moved if moved >= 0 else None
    if instruction.id == code.X86_INS_LEA and _is_stack_pointer(operands[0]):
        moved = _stack_offset(instruction, operands[1])
        return None if moved is None else wanted + moved
    if instruction.id == code.X86_INS_MOV and _stack_offset(instruction, operands[0]) == wanted:
        return _value(instruction, operands[1])
    _, written = instruction.regs_access()
    return None if code.X86_REG_RSP in written else wanted


def _value(instruction: CsInsn, operand: X86Op) -> Number | Place | None:
    """What an operand stands for, where its value can be followed."""
    if operand.type == code.X86_OP_IMM:
        return Number(operand.imm & 0xFFFFFFFF)
    if operand.type == code.X86_OP_REG:
        return _whole(instruction.reg_name(operand.reg))
    return _stack_offset(instruction, operand)


def _stack_offset(instruction: CsInsn, operand: X86Op) -> int | None:
    """Distance of an operand in memory from the stack pointer, when it is addressed from there."""
    if operand.type != code.X86_OP_MEM or instruction.op_str.find("fs:") >= 0:
        return None
    return operand.mem.disp if operand.mem.base == code.X86_REG_RSP and not operand.mem.index else None


def _is_stack_pointer(operand: X86Op) -> bool:
    return bool(operand.type == code.X86_OP_REG and operand.reg == code.X86_REG_RSP)


_LETTERS = {"a": "rax", "b": "rbx", "c": "rcx", "d": "rdx"}
_WORDS = {"si": "rsi", "di": "rdi", "bp": "rbp", "sp": "rsp"}


def _whole(name: str) -> str:
    """The 64-bit register that a part of it belongs to."""
    if name[0] == "r" and name[1].isdigit():
        return name.rstrip("bwd")
    bare = name.removeprefix("r").removeprefix("e")
    if bare[:2] in _WORDS:
        return _WORDS[bare[:2]]
    if len(bare) == 2 and bare[0] in _LETTERS and bare[1] in "xhl":  # noqa: PLR2004 - ax, ah, al
        return _LETTERS[bare[0]]
    return name
