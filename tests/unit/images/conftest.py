"""Debian packages and ELF files, small and made by hand; as fixtures, because tests cannot import each other."""

import io
import lzma
import struct
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest


def _make_deb(
    folder: Path, name: str, files: Mapping[str, bytes | str], modes: Mapping[str, int] | None = None
) -> Path:
    """A package; bytes are a file's content, text is a link's target."""
    control = _tar({"./control": f"Package: {name}\nVersion: 1\nArchitecture: amd64\n".encode()}, {})
    parts = {"debian-binary": b"2.0\n", "control.tar.xz": control, "data.tar.xz": _tar(files, modes or {})}
    path = folder / f"{name}_1_amd64.deb"
    with path.open("wb") as deb:
        deb.write(b"!<arch>\n")
        for part, content in parts.items():
            deb.write(f"{part:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(content):<10}`\n".encode() + content)
            deb.write(b"\n" * (len(content) % 2))
    return path


def _tar(files: Mapping[str, bytes | str], modes: Mapping[str, int]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo("./" + name.lstrip("./"))
            member.mode = modes.get(name, 0o644)
            if isinstance(content, str):
                member.type, member.linkname = tarfile.SYMTYPE, content
                archive.addfile(member)
            else:
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
    return lzma.compress(out.getvalue())


def _make_elf(needed: tuple[str, ...] = (), interpreter: str = "", *, symbols: bytes = b"", runpath: str = "") -> bytes:
    """A 64-bit ELF file with a dynamic segment; `symbols` become a .symtab section at its end."""
    strings, entries = b"\0", []
    for tag, texts in ((1, needed), (29, (runpath,) if runpath else ())):
        for text in texts:
            entries.append((tag, len(strings)))
            strings += text.encode() + b"\0"
    path = interpreter.encode() + b"\0" if interpreter else b""
    heads = 3 if path else 2
    start = 64 + 56 * heads
    at_path, at_strings = start, start + len(path)
    at_dynamic = -(-(at_strings + len(strings)) // 8) * 8
    dynamic = b"".join(struct.pack("<QQ", *entry) for entry in [*entries, (5, at_strings), (10, len(strings)), (0, 0)])
    loaded = at_dynamic + len(dynamic)
    segments = [(1, 0, loaded), (2, at_dynamic, len(dynamic))] + ([(3, at_path, len(path))] if path else [])
    programs = b"".join(struct.pack("<IIQQQQQQ", kind, 4, at, at, at, size, size, 8) for kind, at, size in segments)
    body = path + strings
    body += bytes(at_dynamic - start - len(body)) + dynamic
    names = b"\0.dynamic\0.dynstr\0.shstrtab\0.symtab\0"
    sections = [(0, 0, 0, 0, 0, 0), (1, 6, 2, at_dynamic, len(dynamic), 2), (10, 3, 2, at_strings, len(strings), 0)]
    tail = b""
    if symbols:
        sections.append((28, 2, 0, loaded, len(symbols), 0))
        tail += symbols
    sections.append((18, 3, 0, loaded + len(tail), len(names), 0))
    tail += names
    table = b"".join(
        struct.pack("<IIQQQQIIQQ", name, kind, flags, at, at, size, link, 0, 1, 16 if kind == 6 else 0)
        for name, kind, flags, at, size, link in sections
    )
    header = struct.pack(
        "<16sHHIQQQIHHHHHH",
        b"\x7fELF\x02\x01\x01", 3, 62, 1, 0, 64, loaded + len(tail), 0, 64, 56, heads, 64, len(sections),
        len(sections) - 1,
    )  # fmt: skip
    return header + programs + body + tail + table


@pytest.fixture
def make_deb(tmp_path: Path) -> Callable[..., Path]:
    """`make_deb(name, files, modes)`: a package's file."""
    return lambda *args, **options: _make_deb(tmp_path, *args, **options)


@pytest.fixture
def make_elf() -> Callable[..., bytes]:
    """`make_elf(needed, interpreter, symbols=, runpath=)`: a program's bytes."""
    return _make_elf
