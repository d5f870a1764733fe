"""One ELF file as the loader sees it: code, functions, symbols, pointers. x86-64 only."""

import re
import struct
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from io import BytesIO
from typing import NamedTuple

from elftools.common.exceptions import ELFError
from elftools.elf.dynamic import DynamicSegment, DynamicTag
from elftools.elf.elffile import ELFFile
from elftools.elf.segments import InterpSegment

MAGIC = b"\x7fELF"
_BITS, _EXECUTABLE, _EXECINSTR = 64, 1, 4
"""Of the file, of a segment (PF_X), of a section (SHF_EXECINSTR)."""
_SYMBOL = struct.Struct("<IBBHQQ")
_RELA = struct.Struct("<QQq")
_WORD = struct.Struct("<Q")
_PAIR = struct.Struct("<ii")
_COUNT = struct.Struct("<I")
_FUNCTION, _INDIRECT = 2, 10
"""STT_FUNC and STT_GNU_IFUNC."""
_R_64, _R_GLOB_DAT, _R_JUMP_SLOT, _R_RELATIVE, _R_IRELATIVE = 1, 6, 7, 8, 37
_TABLE_AS_OFFSETS = b"\x1b\x03\x3b"
"""Encodings of .eh_frame_hdr that all linkers write: a table of 32-bit offsets from its own start."""
_SHARED_OBJECT = re.compile(rb"[A-Za-z0-9_./+-]+\.so(?:\.[0-9]+)*")
_LONGEST_NAME = 255
_MALFORMED = (ELFError, struct.error, UnicodeDecodeError, OverflowError, AssertionError)
"""What the reader of ELF files raises at those that no linker wrote."""


class Segment(NamedTuple):
    """Bytes that are mapped at an address."""

    address: int
    content: bytes


class Symbol(NamedTuple):
    """An entry of the dynamic symbol table; `address` is 0 where another file has to provide it."""

    name: str
    address: int
    is_function: bool


class Binary:
    """An ELF file that was read; raises ValueError for what is none, or is for another machine."""

    def __init__(self, content: bytes) -> None:
        try:
            file = ELFFile(BytesIO(content))
            if file["e_machine"] != "EM_X86_64" or file.elfclass != _BITS:
                raise ValueError(f"code for {file['e_machine']}, not for x86-64")
            self._read(file, content)
        except _MALFORMED as error:
            raise ValueError(f"not a whole ELF file: {error or 'it is malformed'}") from error
        if not self.segments:
            raise ValueError("not a whole ELF file: nothing of it is loaded")

    def _read(self, file: ELFFile, content: bytes) -> None:
        self.is_program = False
        self.entry: int = file["e_entry"]
        self.interpreter = ""
        self.segments: list[Segment] = []
        self.needed: list[str] = []
        self.search: list[str] = []
        self.soname = ""
        self._tags: dict[str, int] = {}
        self._unwind: tuple[int, bytes] | None = None
        executable: list[Segment] = []
        for part in file.iter_segments():
            kind, start, size = part["p_type"], part["p_offset"], part["p_filesz"]
            if kind == "PT_LOAD":
                if start + size > len(content):
                    raise ValueError(f"not a whole ELF file: cut off after {len(content)} bytes")
                segment = Segment(part["p_vaddr"], content[start : start + size])
                self.segments.append(segment)
                if part["p_flags"] & _EXECUTABLE:
                    executable.append(segment)
            elif isinstance(part, InterpSegment):
                self.interpreter = part.get_interp_name()
            elif isinstance(part, DynamicSegment):
                self._read_dynamic(part)
            elif kind == "PT_GNU_EH_FRAME":
                self._unwind = part["p_vaddr"], content[start : start + size]
        # Some linkers map tables beside the code. Sections tell them apart, where a file still has those.
        self.code = list(_sections(file)) or executable
        static = file["e_type"] == "ET_EXEC" or not self._tags
        self.is_program = not self.soname and (bool(self.interpreter) or (static and bool(self.entry)))
        self._table = self._whole_table(file)

    def _read_dynamic(self, part: DynamicSegment) -> None:
        for tag in part.iter_tags():
            name = tag.entry.d_tag
            if name == "DT_NEEDED":
                self.needed.append(_text(tag, "needed"))
            elif name == "DT_SONAME":
                self.soname = _text(tag, "soname")
            elif name in {"DT_RPATH", "DT_RUNPATH"}:
                value = _text(tag, "rpath" if name == "DT_RPATH" else "runpath")
                self.search += [each for each in value.split(":") if each]
            elif isinstance(name, str):
                self._tags[name] = int(tag.entry.d_val)

    def _whole_table(self, file: ELFFile) -> list[Symbol]:
        """Symbols that a linker left for debuggers; most distributions strip them."""
        section = file.get_section_by_name(".symtab")
        if section is None:
            return []
        names = file.get_section(section["sh_link"]).data()
        return list(_symbols(section.data(), names))

    def read(self, address: int, size: int) -> bytes:
        """Mapped bytes; shorter, or none, where nothing is mapped."""
        for segment in self.segments:
            offset = address - segment.address
            if 0 <= offset < len(segment.content):
                return segment.content[offset : offset + size]
        return b""

    def is_code(self, address: int) -> bool:
        """Whether an address lies in executable memory."""
        return any(0 <= address - part.address < len(part.content) for part in self.code)

    @cached_property
    def symbols(self) -> list[Symbol]:
        """The dynamic symbol table, in its own order."""
        table, names = self._tags.get("DT_SYMTAB"), self._tags.get("DT_STRTAB")
        if table is None or names is None:
            return []
        size = self._number_of_symbols() * _SYMBOL.size
        return list(_symbols(self.read(table, size), self.read(names, self._tags.get("DT_STRSZ", 0))))

    def _number_of_symbols(self) -> int:
        """No tag tells it, but the table by which the loader finds them: an old one all, a newer one the last."""
        if "DT_HASH" in self._tags:
            return self._word(self._tags["DT_HASH"] + 4)
        if "DT_GNU_HASH" not in self._tags:
            return max(0, self._tags["DT_STRTAB"] - self._tags["DT_SYMTAB"]) // _SYMBOL.size
        at = self._tags["DT_GNU_HASH"]
        count, first, masks = (self._word(at + 4 * index) for index in range(3))
        content = self.read(at + 16 + 8 * masks, 4 * count)
        buckets = [each for (each,) in _COUNT.iter_unpack(content[: len(content) // 4 * 4])]
        last, chains = max(buckets, default=0), at + 16 + 8 * masks + 4 * count
        if last < first:
            return first  # none is offered to others
        while self.read(chains + 4 * (last - first), 1) and not self._word(chains + 4 * (last - first)) & 1:
            last += 1
        return last + 1

    def _word(self, address: int) -> int:
        return int.from_bytes(self.read(address, 4), "little")

    def mark(self, addresses: set[int]) -> None:
        """Count further addresses as beginnings of functions; for code whose compiler writes no unwind table."""
        self.starts = sorted({*self.starts, *(each for each in addresses if self.is_code(each))})

    @cached_property
    def starts(self) -> list[int]:
        """Where functions begin, in order. What lies between two belongs to the first: no code is left out."""
        known = {part.address for part in self.code} | {self.entry}
        known |= {each.address for each in (*self.symbols, *self._table) if each.is_function and each.address}
        known |= set(self._unwound())
        return sorted(address for address in known if self.is_code(address))

    def _unwound(self) -> Iterator[int]:
        """Starts from .eh_frame_hdr, which the x86-64 ABI has for every function, stripped or not."""
        if self._unwind is None:
            return
        address, table = self._unwind
        if table[1:4] != _TABLE_AS_OFFSETS:
            return
        (count,) = _COUNT.unpack(table[8:12].ljust(_COUNT.size, b"\0"))
        content = table[12 : 12 + count * _PAIR.size]
        for start, _ in _PAIR.iter_unpack(content[: len(content) // _PAIR.size * _PAIR.size]):
            # The entry of a signal handler's return begins a byte early, so that unwinders find it.
            yield address + start + (self.read(address + start, 1) == b"\0")

    def function_at(self, address: int) -> int:
        """Index of the function that an address of code belongs to."""
        return max(0, bisect_right(self.starts, address) - 1)

    @cached_property
    def names(self) -> dict[int, str]:
        """Start of a function -> its shortest name."""
        found: dict[int, str] = {}
        for each in (*self._table, *self.symbols):
            if each.is_function and each.address and each.name:
                known = found.get(each.address)
                found[each.address] = min((known or each.name), each.name, key=lambda name: (len(name), name))
        return found

    @cached_property
    def exports(self) -> dict[str, tuple[int, ...]]:
        """Name -> addresses of the functions behind it; several where it has versions."""
        found: dict[str, tuple[int, ...]] = {}
        for each in self.symbols:
            if each.is_function and each.address and each.name:
                found[each.name] = (*found.get(each.name, ()), each.address)
        return found

    @cached_property
    def imports(self) -> frozenset[str]:
        """Names that other files must provide."""
        return frozenset(each.name for each in self.symbols if not each.address and each.name)

    @cached_property
    def slots(self) -> dict[int, str | int]:
        """Address of a pointer that code goes through -> the symbol, or the address of code, that is put there."""
        return dict(self._pointers(_R_GLOB_DAT, _R_JUMP_SLOT, _R_IRELATIVE, _R_64, _R_RELATIVE))

    @cached_property
    def held(self) -> tuple[str | int, ...]:
        """What pointers in data lead to: tables of functions, constructors. Anything that runs may call those."""
        return tuple(target for _, target in self._pointers(_R_64, _R_RELATIVE))

    def _pointers(self, *kinds: int) -> Iterator[tuple[int, str | int]]:
        for table, size in (("DT_RELA", "DT_RELASZ"), ("DT_JMPREL", "DT_PLTRELSZ")):
            if table not in self._tags:
                continue
            content = self.read(self._tags[table], self._tags.get(size, 0))
            for place, about, addend in _RELA.iter_unpack(content[: len(content) // _RELA.size * _RELA.size]):
                kind, index = about & 0xFFFFFFFF, about >> 32
                if kind not in kinds:
                    continue
                if kind in {_R_RELATIVE, _R_IRELATIVE}:
                    if self.is_code(addend):
                        yield place, addend
                elif index < len(self.symbols):
                    symbol = self.symbols[index]
                    yield place, symbol.address if symbol.is_function and symbol.address else symbol.name
        if _R_RELATIVE in kinds:
            yield from self._packed()

    def _packed(self) -> Iterator[tuple[int, int]]:
        """Relative pointers in the compact form, DT_RELR."""
        if "DT_RELR" not in self._tags:
            return
        place = 0
        content = self.read(self._tags["DT_RELR"], self._tags.get("DT_RELRSZ", 0))
        for (entry,) in _WORD.iter_unpack(content):
            if entry & 1:
                places = [place + bit * 8 for bit in range(63) if entry >> (bit + 1) & 1]
                place += 63 * 8
            else:
                places, place = [entry], entry + 8
            for each in places:
                word = self.read(each, 8)
                if len(word) == _WORD.size and self.is_code(target := _WORD.unpack(word)[0]):
                    yield each, target

    def mentioned(self) -> set[str]:
        """File names of shared objects that stand as text in its data: what it may load by name."""
        found = set()
        for segment in self.segments:
            at = segment.content.find(b".so")
            while at >= 0:
                start = segment.content.rfind(b"\0", max(0, at - _LONGEST_NAME), at) + 1
                name = segment.content[start : segment.content.find(b"\0", at)]
                if start and _SHARED_OBJECT.fullmatch(name):
                    found.add(name.decode())
                at = segment.content.find(b".so", at + 1)
        return found


def _sections(file: ELFFile) -> Iterator[Segment]:
    for section in file.iter_sections():
        if section["sh_flags"] & _EXECINSTR and section["sh_type"] == "SHT_PROGBITS":
            yield Segment(section["sh_addr"], section.data())


def _text(tag: DynamicTag, attribute: str) -> str:
    """Value of a tag, which pyelftools offers under a name of its own."""
    return str(getattr(tag, attribute))


def _symbols(table: bytes, names: bytes) -> Iterator[Symbol]:
    for name, info, _, section, value, _ in _SYMBOL.iter_unpack(table[: len(table) // _SYMBOL.size * _SYMBOL.size]):
        kind = info & 0xF
        end = names.find(b"\0", name)
        text = names[name:end].decode("utf-8", "replace")
        yield Symbol(text, value if section else 0, kind in {_FUNCTION, _INDIRECT})
