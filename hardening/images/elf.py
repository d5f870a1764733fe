"""What the loader needs to know of an ELF file, and the symbol tables it does not need."""

import io
import struct

from elftools.common.exceptions import ELFError
from elftools.elf.dynamic import DynamicSegment
from elftools.elf.elffile import ELFFile
from elftools.elf.segments import InterpSegment
from msgspec import Struct

_MAGIC = b"\x7fELF"
_HEADER_64 = struct.Struct("<16sHHIQQQIHHHHHH")
_SECTION_64 = struct.Struct("<IIQQQQIIQQ")
_SHF_ALLOC = 0x2
_SHT_SYMTAB = 2
_SHT_NOBITS = 8


class Linkage(Struct, frozen=True):
    """What a program or library asks the loader for.

    Attributes:
        interpreter: path of the loader; empty in a library or a static program.
        needed: names of shared libraries.
        search: folders to look in first, with `$ORIGIN` as it stands.
    """

    interpreter: str
    needed: tuple[str, ...]
    search: tuple[str, ...]


def linkage(content: bytes) -> Linkage | None:
    """Read a file's linkage; None when it is not an ELF file the loader would take."""
    if not content.startswith(_MAGIC):
        return None
    interpreter = ""
    needed: list[str] = []
    search: list[str] = []
    try:
        for segment in ELFFile(io.BytesIO(content)).iter_segments():
            if isinstance(segment, InterpSegment):
                interpreter = segment.get_interp_name()
            elif isinstance(segment, DynamicSegment):
                needed += _texts(segment, "DT_NEEDED", "needed")
                search += _texts(segment, "DT_RPATH", "rpath") + _texts(segment, "DT_RUNPATH", "runpath")
    except ELFError:
        return None
    return Linkage(interpreter, tuple(needed), tuple(part for path in search for part in path.split(":")))


def _texts(segment: DynamicSegment, tag: str, attribute: str) -> list[str]:
    """Values of a tag, which pyelftools offers under a name of their own."""
    return [str(getattr(entry, attribute)) for entry in segment.iter_tags(tag)]


def stripped(content: bytes) -> bytes:
    """Without symbols and debug sections, which stand behind everything the loader maps: what `strip -s` drops.

    Done here, not by binutils, so that the bytes do not depend on the tools of the machine that builds. A file of
    another form (32 bits, big endian, sections in an unusual order) comes back as it is.
    """
    if content[:6] != _MAGIC + b"\x02\x01":
        return content
    header = list(_HEADER_64.unpack_from(content))
    offset, entry_size, count, names_index = header[6], header[11], header[12], header[13]
    if entry_size != _SECTION_64.size or names_index >= count:
        return content
    sections = [list(_SECTION_64.unpack_from(content, offset + index * entry_size)) for index in range(count)]
    if all(section[1] != _SHT_SYMTAB for section in sections):
        return content
    kept = 1 + max(index for index, section in enumerate(sections) if section[2] & _SHF_ALLOC or index == 0)
    names = sections[names_index]
    end = max([_loaded_end(content, header), *(s[4] + s[5] for s in sections[:kept] if s[1] != _SHT_NOBITS)])
    if kept >= names_index or end >= len(content):
        return content
    text = content[names[4] : names[4] + names[5]]
    names[4] = end
    table = end + len(text) + -(end + len(text)) % 8
    header[6], header[12], header[13] = table, kept + 1, kept
    rest = b"".join(_SECTION_64.pack(*section) for section in [*sections[:kept], names])
    body = content[_HEADER_64.size : end] + text
    return _HEADER_64.pack(*header) + body + bytes(table - end - len(text)) + rest


def _loaded_end(content: bytes, header: list[int]) -> int:
    """Where the last segment ends in the file."""
    offset, size, count = header[5], header[9], header[10]
    ends = [0]
    for index in range(count):
        at = offset + index * size
        ends.append(sum(struct.unpack_from("<Q", content, at + delta)[0] for delta in (8, 32)))
    return max(ends)
