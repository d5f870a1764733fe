"""ELF files: what the loader will ask for, and symbols that go without harm."""

from collections.abc import Callable

import pytest

from hardening.images import elf
from hardening.images.elf import Linkage


def test_the_linkage_is_what_the_loader_would_ask_for(make_elf: Callable[..., bytes]) -> None:
    program = make_elf(("liba.so.1", "libc.so.6"), "/lib64/ld.so", runpath="$ORIGIN/../lib:/opt/lib")
    assert elf.linkage(program) == Linkage("/lib64/ld.so", ("liba.so.1", "libc.so.6"), ("$ORIGIN/../lib", "/opt/lib"))


@pytest.mark.parametrize("content", [b"", b"#!/bin/sh\n", b"\x7fELF", b"\x7fELF\x02\x01\x01" + bytes(20)])
def test_what_is_no_program_has_no_linkage(content: bytes) -> None:
    assert elf.linkage(content) is None


def test_stripping_drops_the_symbols_and_keeps_what_is_loaded(make_elf: Callable[..., bytes]) -> None:
    program = make_elf(("libc.so.6",), "/lib64/ld.so", symbols=b"\xaa" * 5000)
    stripped = elf.stripped(program)
    assert b"\xaa" * 10 not in stripped
    assert len(stripped) < len(program) - 4000
    assert elf.linkage(stripped) == elf.linkage(program)
    assert elf.stripped(stripped) == stripped


def test_a_program_without_symbols_stays_byte_for_byte(make_elf: Callable[..., bytes]) -> None:
    program = make_elf(("libc.so.6",))
    assert elf.stripped(program) == program


@pytest.mark.parametrize("content", [b"", b"text", b"\x7fELF\x01\x01" + bytes(80), b"\x7fELF\x02\x02" + bytes(80)])
def test_other_files_are_not_touched(content: bytes) -> None:
    assert elf.stripped(content) == content
