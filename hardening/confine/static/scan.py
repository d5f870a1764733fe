"""Finds in one file: its functions, what each calls, and the system calls it makes itself. Cached by digest."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import msgspec
from msgspec import Struct

from .binary import Binary
from .trace import Listing, Place, Values, boundaries

SCAN_VERSION = 2
"""Raised when the same bytes would give another answer; part of every cache key."""

BY_NUMBER = "syscall"
"""The C library's function that makes whichever system call its first argument names."""
WHOLE_ABOVE = 24 << 20
"""Bytes of code above which a library counts whole, as a program does: following each function would take minutes."""

_FIRST, _NUMBER = "rdi", "rax"
_SYSCALL = b"\x0f\x05"
_FAR = 1 << 16
"""How far before a call site to start reading where a function has no known beginning that is nearer."""
_SPARSE = 2048
"""Bytes of code for each known function from which on the rest must be found by what is called: Go's compiler, for one,
writes no table that the loader could see."""
_HALF = 0x7F
"""The highest last byte of an offset that leads onward."""
_DEPTH = 6
"""How many callers up a number handed on as an argument is followed."""


class Scan(Struct, frozen=True):
    """One file.

    Attributes:
        names: number of a function -> its name; others have none.
        exports: name -> functions behind it.
        roots: functions that run, or may, as soon as the file is loaded.
        held: names of other files' functions that its data points to.
        calls: function -> functions of the same file it calls, jumps to, or takes the address of.
        uses: function -> functions of other files it reaches by name.
        numbers: function -> numbers of system calls it makes.
        unresolved: function -> how many of its system calls have a number that could not be told.
        whole: whether all of it counts as reachable, and `calls` and `uses` are not filled in but at function 0.
    """

    soname: str
    needed: tuple[str, ...]
    search: tuple[str, ...]
    interpreter: str
    mentioned: tuple[str, ...]
    names: dict[int, str]
    exports: dict[str, tuple[int, ...]]
    roots: tuple[int, ...]
    held: tuple[str, ...]
    calls: dict[int, tuple[int, ...]]
    uses: dict[int, tuple[str, ...]]
    numbers: dict[int, tuple[int, ...]]
    unresolved: dict[int, int]
    whole: bool


def scan(content: bytes, cache: Path | None = None) -> Scan:
    """Read a file, or take what was found in the same bytes before.

    Raises:
        ValueError: not an ELF file for x86-64; the message says what it is.
    """
    stored = cache and cache / f"{hashlib.sha256(content).hexdigest()}-{SCAN_VERSION}.msgpack"
    if stored and stored.is_file():
        try:
            return msgspec.msgpack.decode(stored.read_bytes(), type=Scan)
        except msgspec.DecodeError:
            stored.unlink(missing_ok=True)  # cut off while it was written, or by hand: make it anew
    found = _Scanner(Binary(content)).scan()
    if stored:
        stored.parent.mkdir(parents=True, exist_ok=True)
        fresh = stored.with_suffix(".new")
        fresh.write_bytes(msgspec.msgpack.encode(found))
        fresh.replace(stored)
    return found


class _Scanner:
    def __init__(self, binary: Binary) -> None:
        self._binary = binary
        self._size = sum(len(part.content) for part in binary.code)
        self._whole = binary.is_program or self._size > WHOLE_ABOVE
        self._listings: dict[int, Listing] = {}
        self._boundaries: dict[int, frozenset[int]] = {}
        self._numbers: defaultdict[int, set[int]] = defaultdict(set)
        self._unresolved: defaultdict[int, int] = defaultdict(int)

    def scan(self) -> Scan:
        binary = self._binary
        if self._whole and self._size > _SPARSE * len(binary.starts):
            binary.mark({target for _, target in self._branches})
        for site in self._sites():
            self._resolve(binary.function_at(site), self._listing(site).values(site, _NUMBER), {site}, _DEPTH)
        calls, uses = ({}, {0: tuple(sorted(binary.imports))}) if self._whole else self._graph()
        self._resolve_by_number()
        functions = {self._function(target) for target in binary.held if isinstance(target, int)}
        functions |= {self._function(binary.entry)} if binary.entry else set()
        return Scan(
            soname=binary.soname,
            needed=tuple(binary.needed),
            search=tuple(binary.search),
            interpreter=binary.interpreter,
            mentioned=tuple(sorted(binary.mentioned())),
            names=self._names(),
            exports={
                name: tuple(sorted({self._function(each) for each in places}))
                for name, places in sorted(binary.exports.items())
            },
            roots=tuple(sorted(functions)),
            held=tuple(sorted({target for target in binary.held if isinstance(target, str) and target})),
            calls=calls,
            uses=uses,
            numbers={each: tuple(sorted(found)) for each, found in sorted(self._numbers.items())},
            unresolved=dict(sorted(self._unresolved.items())),
            whole=self._whole,
        )

    def _function(self, address: int) -> int:
        return self._binary.function_at(address)

    def _names(self) -> dict[int, str]:
        """Names that a report or the graph may need; a place for nameless functions whose calls are unresolved."""
        names = self._binary.names
        wanted = self._numbers.keys() | self._unresolved.keys()
        found = {
            index: names[start]
            for index, start in enumerate(self._binary.starts)
            if start in names and (index in wanted or not self._whole)
        }
        return {index: f"code at {self._binary.starts[index]:#x}" for index in self._unresolved} | found

    # --- system call instructions ---

    def _sites(self) -> Iterator[int]:
        """Addresses of `syscall` instructions: its two bytes, where reading from the function's start meets them."""
        for part in self._binary.code:
            at = part.content.find(_SYSCALL)
            while at >= 0:
                if self._is_instruction(part.address + at):
                    yield part.address + at
                at = part.content.find(_SYSCALL, at + 1)

    def _is_instruction(self, address: int) -> bool:
        """Whether an instruction begins there, and not only bytes that look like one."""
        start, content = self._around(address)
        if start not in self._boundaries:
            self._boundaries[start] = boundaries(content, start)
        return address in self._boundaries[start]

    def _listing(self, address: int) -> Listing:
        start, content = self._around(address)
        if start not in self._listings:
            self._listings[start] = Listing(content, start)
        return self._listings[start]

    def _around(self, address: int) -> tuple[int, bytes]:
        """Start and bytes of the function around an address; of a window where the function is unusually long."""
        starts = self._binary.starts
        index = self._function(address)
        start = starts[index]
        end = starts[index + 1] if index + 1 < len(starts) else address + _FAR
        if end - start > 2 * _FAR:
            start = max(start, (address // _FAR - 1) * _FAR)
            end = min(end, start + 2 * _FAR)
        return start, self._binary.read(start, end - start)

    def _resolve(self, function: int, values: Values, seen: set[int], depth: int) -> None:
        """Note the numbers a place can make calls with; what comes from a caller is looked up at the callers."""
        self._numbers[function] |= values.numbers
        if not self._numbers[function]:
            del self._numbers[function]
        if values.unknown:
            self._unresolved[function] += 1
        for argument in values.arguments:
            self._resolve_callers(function, argument, seen, depth)

    def _resolve_callers(self, function: int, place_of_it: Place, seen: set[int], depth: int) -> None:
        start = self._binary.starts[function]
        name = self._binary.names.get(start, "")
        callers = [place for place in self._callers({start}) if place not in seen]
        if depth == 0 or (not callers and name != BY_NUMBER):
            self._unresolved[function] += 1
        for place in callers if depth else ():
            self._resolve(
                self._function(place), self._listing(place).handed(place, place_of_it), {*seen, place}, depth - 1
            )

    def _resolve_by_number(self) -> None:
        """Calls that go through the C library's `syscall(number, …)`."""
        slots = {place for place, target in self._binary.slots.items() if target == BY_NUMBER}
        if not slots:
            return
        direct = [place for place in self._through(slots, rb"\x15") if self._is_instruction(place)]
        # A stub of the procedure linkage table is a jump, perhaps behind an `endbr64` or a prefix.
        stubs = {place - behind for place in self._through(slots, rb"\x25") for behind in (0, 1, 4, 5)}
        for place in (*direct, *self._callers(stubs)):
            self._resolve(self._function(place), self._listing(place).values(place, _FIRST), {place}, _DEPTH)

    # --- the call graph ---

    def _graph(self) -> tuple[dict[int, tuple[int, ...]], dict[int, tuple[str, ...]]]:
        binary = self._binary
        calls: defaultdict[int, set[int]] = defaultdict(set)
        uses: defaultdict[int, set[str]] = defaultdict(set)
        for place, target in self._branches:
            caller, called = self._function(place), self._function(target)
            # Bytes that only look like a jump lead into the middle of something; so do few real ones.
            if caller != called and (target == binary.starts[called] or self._is_instruction(place)):
                calls[caller].add(called)
        for place, target in self._relative(rb"\x8d"):
            if binary.is_code(target):
                calls[self._function(place)].add(self._function(target))
        slots = binary.slots
        for place, target in self._relative(b""):
            match slots.get(target):
                case int() as address:
                    calls[self._function(place)].add(self._function(address))
                case str() as name if name:
                    uses[self._function(place)].add(name)
        for function, targets in calls.items():
            targets.discard(function)
        return (
            {each: tuple(sorted(targets)) for each, targets in sorted(calls.items()) if targets},
            {each: tuple(sorted(names)) for each, names in sorted(uses.items())},
        )

    def _near(self) -> bytes:
        """The last byte an offset within this file can have, as a class: most chance hits fall to it."""
        parts = self._binary.segments
        extent = max(each.address + len(each.content) for each in parts) - min(each.address for each in parts)
        top = 1 + (extent >> 24)
        if top > _HALF:
            return rb"."
        return rb"[\x00-" + re.escape(bytes([top])) + rb"\x" + b"%02x" % (0xFF - top) + rb"-\xff]"

    @cached_property
    def _branches(self) -> list[tuple[int, int]]:
        """(place, target) of calls and jumps."""
        near = self._near()
        return [
            (place, after + offset)
            for lead, size in ((rb"[\xe8\xe9]", 1), (rb"\x0f[\x80-\x8f]", 2))
            for place, after, offset in self._matches(lead, size, near)
            if self._binary.is_code(after + offset)
        ]

    def _relative(self, opcode: bytes) -> Iterator[tuple[int, int]]:
        """(place, target) of operands addressed from the instruction itself."""
        modes = rb"[\x05\x0d\x15\x1d\x25\x2d\x35\x3d]"
        for place, after, offset in self._matches(opcode + modes, 1 + bool(opcode), self._near()):
            yield place, after + offset

    def _matches(self, lead: bytes, size: int, near: bytes) -> Iterator[tuple[int, int, int]]:
        """(place, address after it, offset) wherever an opcode could stand with a 32-bit offset behind it."""
        pattern = re.compile(lead + rb"(?=(..." + near + rb"))", re.DOTALL)
        for part in self._binary.code:
            base = part.address
            for match in pattern.finditer(part.content):
                place = match.start()
                yield base + place, base + place + size + 4, int.from_bytes(match[1], "little", signed=True)

    def _through(self, slots: set[int], mode: bytes) -> Iterator[int]:
        """Places that call or jump through a pointer: to where one of these slots points."""
        for place, after, offset in self._matches(rb"\xff" + mode, 2, self._near()):
            if after + offset in slots:
                yield place

    def _callers(self, targets: set[int]) -> list[int]:
        """Places that call or jump to one of these addresses."""
        return [place for place, target in self._branches if target in targets and self._is_instruction(place)]
