"""Machine code read: values followed backwards, files that load each other, real programs of this machine."""

from __future__ import annotations

import json
import os
import platform
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from hardening.confine import evidence
from hardening.confine.static import Folder, Surroundings, analyse, programs
from hardening.confine.static.binary import Binary
from hardening.confine.static.scan import Scan, scan
from hardening.confine.static.trace import Listing, Values, boundaries
from hardening.errors import HardenError

AT = 0x1000
SYSCALL = bytes.fromhex("0f05")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The C library is the same for all programs here."""
    return tmp_path_factory.mktemp("analysis")


def _values(code: str, register: str = "rax") -> Values:
    """What a register holds at the first `syscall` of a function given as hexadecimal."""
    content = bytes.fromhex(code)
    return Listing(content, AT).values(AT + content.index(SYSCALL), register)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        # mov eax, 39
        ("b827000000 0f05 c3", Values(frozenset({39}))),
        # mov rax, 15
        ("48c7c00f000000 0f05", Values(frozenset({15}))),
        # xor eax, eax
        ("31c0 0f05", Values(frozenset({0}))),
        # mov r8d, 202; xor edx, edx; mov eax, r8d
        ("41b8ca000000 31d2 4489c0 0f05", Values(frozenset({202}))),
        # test edi, edi; je +7; mov eax, 1; jmp +5; mov eax, 2: both ways
        ("85ff 7407 b801000000 eb05 b802000000 0f05", Values(frozenset({1, 2}))),
        # mov eax, 5; call: the called function may change it
        ("b805000000 e800000000 0f05", Values(unknown=True)),
        # mov ebx, 5; call; mov eax, ebx: this one it may not
        ("bb05000000 e800000000 89d8 0f05", Values(frozenset({5}))),
        # mov eax, edi: what the caller says
        ("89f8 0f05", Values(arguments=frozenset({"rdi"}))),
        # push rbx; mov rax, [rsp+0x10]: the caller's seventh argument, a word above its stack pointer
        ("53 488b442410 0f05", Values(arguments=frozenset({0}))),
        # sub rsp, 8; push 19; mov rax, [rsp]: pushed here
        ("4883ec08 6a13 488b0424 0f05", Values(frozenset({19}))),
        # mov eax, [rdi]: from memory
        ("8b07 0f05", Values(unknown=True)),
        # xor eax, eax; mov al, 56: short, as the C library musl has it
        ("31c0 b038 0f05", Values(frozenset({56}))),
        # xor eax, eax; mov ah, 1: another number
        ("31c0 b401 0f05", Values(unknown=True)),
        # test edi, edi; mov eax, 256; je +2; xor eax, eax; mov al, 56: two ways, one of which is not empty
        ("85ff b800010000 7402 31c0 b038 0f05", Values(unknown=True)),
        # mov eax, edi; mov al, 56: what was there is not known
        ("89f8 b038 0f05", Values(unknown=True)),
        # jmp +1; nop; mov eax, 3: padding is no way in
        ("eb01 90 b803000000 0f05", Values(frozenset({3}))),
    ],
)
def test_a_number_is_followed_back_through_every_way(code: str, expected: Values) -> None:
    assert _values(code) == expected


def test_a_jump_hands_on_what_its_own_caller_put_on_the_stack() -> None:
    jump, call = Listing(bytes.fromhex("e900000000"), AT), Listing(bytes.fromhex("6a13 e800000000"), AT)
    assert jump.handed(AT, 0) == Values(arguments=frozenset({0}))
    assert jump.handed(AT, "rdi") == Values(arguments=frozenset({"rdi"}))
    # push 19; call
    assert call.handed(AT + 2, 0) == Values(frozenset({19}))


def test_a_return_address_is_no_number_of_a_call() -> None:
    # mov rax, [rsp]
    assert _values("488b0424 0f05") == Values(unknown=True)


def test_bytes_within_an_instruction_are_no_system_call() -> None:
    # mov eax, 0x00050f00
    content = bytes.fromhex("b8000f0500 c3")
    assert AT + content.index(SYSCALL) not in boundaries(content, AT)


def _programs() -> list[str]:
    return [path for path in ("/bin/true", "/bin/ls", os.path.realpath(sys.executable)) if Path(path).is_file()]


x86_only = pytest.mark.skipif(platform.machine() != "x86_64", reason="only x86-64 code is read")


@x86_only
@pytest.mark.parametrize("program", _programs())
def test_programs_of_this_machine_can_start_work_and_end(program: str, cache: Path) -> None:
    found = analyse(_Machine(), [program], cache=cache)
    assert found.programs == (str(Path(program).resolve()),)
    assert found.missing == ()
    assert {"execve", "mmap", "openat", "read", "write", "exit_group", "brk", "rt_sigreturn"} - {"execve"} <= set(
        found.syscalls
    )
    assert not {"reboot", "kexec_load", "init_module", "pivot_root"} & set(found.syscalls)


@x86_only
@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
@pytest.mark.parametrize("program", ["/bin/ls", "/bin/date", "/bin/cat"])
def test_what_a_program_does_is_among_what_its_code_can_do(program: str, cache: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    argv = ["strace", "-f", "-qq", "-e", "signal=none", "-o", str(log), program, "/etc/hostname"]
    subprocess.run(argv, capture_output=True, timeout=60, check=False)
    made = {line.split(maxsplit=1)[1].partition("(")[0] for line in log.read_text().splitlines() if "(" in line}
    found = analyse(_Machine(), [program], cache=cache)
    # execve is strace's own, before the program is there
    assert made - {"execve"} <= set(found.syscalls)


class _Machine:
    """This machine's own files, without walking through all of them."""

    def real(self, path: str) -> str | None:
        place = Path(path)
        return str(place.resolve()) if place.is_file() else None

    def read(self, path: str) -> bytes:
        return Path(path).read_bytes()

    def paths(self) -> list[str]:
        return [str(path) for path in Path("/etc/ld.so.conf.d").glob("*.conf")]


@x86_only
def test_the_second_answer_comes_from_the_cache_and_is_the_same(tmp_path: Path) -> None:
    content = Path("/bin/true").read_bytes()
    first = scan(content, tmp_path)
    (stored,) = tmp_path.iterdir()
    changed = stored.stat().st_mtime_ns
    assert scan(content, tmp_path) == first == scan(content)
    assert stored.stat().st_mtime_ns == changed


@x86_only
def test_a_cut_off_cache_is_made_anew(tmp_path: Path) -> None:
    content = Path("/bin/true").read_bytes()
    first = scan(content, tmp_path)
    (stored,) = tmp_path.iterdir()
    stored.write_bytes(stored.read_bytes()[:-10])
    assert scan(content, tmp_path) == first


@pytest.mark.parametrize("content", [b"", b"#!/bin/sh\n", b"\x7fELF", b"\x7fELF\x01\x01\x01" + bytes(60)])
def test_what_is_no_program_for_this_processor_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"ELF|x86-64"):
        Binary(content)


def _elf(address: int, code: bytes, *, segments: int = 1, offset: int = 120) -> bytes:
    """A program of one segment without sections, that begins with its code."""
    header = struct.pack(
        "<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", 2, 62, 1, address, 64, 0, 0, 64, 56, segments, 0, 0, 0
    )
    return header + struct.pack("<IIQQQQQQ", 1, 5, offset, address, address, len(code), len(code), 4096) + code


@pytest.mark.parametrize("address", [0x400000, 0x80000000, 0x7F0000000000])
def test_a_program_is_read_wherever_it_is_loaded(address: int) -> None:
    # mov eax, 39; and so much of nothing that functions are looked for by what is called
    code = bytes.fromhex("b827000000") + SYSCALL + b"\x90" * 4096
    assert set(scan(_elf(address, code)).numbers.values()) == {(39,)}


@pytest.mark.parametrize(
    ("tag", "hashes"),
    [(4, struct.pack("<II", 1, 3)), (0x6FFFFEF5, struct.pack("<IIIIQIII", 1, 2, 1, 0, 0, 2, 1, 0)), (0, b"")],
    ids=["old table", "newer table", "none"],
)
def test_symbols_are_counted_wherever_their_names_lie(tag: int, hashes: bytes) -> None:
    at, names = 0x1000, b"\0open\0read\0"
    symbols = b"".join(
        struct.pack("<IBBHQQ", name, 0x12, 0, index, index * at, 0) for index, name in enumerate((0, 1, 6))
    )
    before, after = (names, b"") if tag else (b"", names)
    start = 64 + 2 * 56
    places = {6: start + len(before), tag: start + len(before) + len(symbols)}
    places[5] = start if tag else start + len(symbols)
    dynamic = b"".join(struct.pack("<QQ", each, at + place) for each, place in places.items() if each)
    dynamic += struct.pack("<QQQQ", 10, len(names), 0, 0)
    body = before + symbols + (hashes if tag else after)
    size = start + len(body) + len(dynamic)
    header = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", 3, 62, 1, 0, 64, 0, 0, 64, 56, 2, 0, 0, 0)
    loaded = struct.pack("<IIQQQQQQ", 1, 5, 0, at, at, size, size, 4096)
    told = struct.pack(
        "<IIQQQQQQ", 2, 6, size - len(dynamic), at + size - len(dynamic), 0, len(dynamic), len(dynamic), 8
    )
    found = Binary(header + loaded + told + body + dynamic)
    assert [each.name for each in found.symbols] == ["", "open", "read"]


@pytest.mark.parametrize("content", [_elf(0x1000, SYSCALL, segments=0), _elf(0x1000, SYSCALL, offset=1 << 63)])
def test_what_no_linker_wrote_is_said_to_be_no_whole_file(content: bytes) -> None:
    with pytest.raises(ValueError, match="not a whole ELF file"):
        scan(content)


@x86_only
def test_a_table_of_functions_may_be_cut_off_anywhere() -> None:
    content = bytearray(Path("/bin/true").read_bytes())
    headers, size, count = struct.unpack_from("<Q14xHH", content, 32)
    unwind = next(
        at for at in range(headers, headers + size * count, size) if content[at : at + 4] == b"\x50\xe5\x74\x64"
    )
    for length in range(20):
        struct.pack_into("<Q", content, unwind + 32, length)
        assert scan(bytes(content)).numbers is not None


def _root(folder: Path) -> Path:
    """A small image: a shell script that starts a real program, found through links."""
    for path in ("usr/bin", "usr/lib/x86_64-linux-gnu", "lib64"):
        (folder / path).mkdir(parents=True)
    shutil.copy("/bin/true", folder / "usr/bin/true")
    (folder / "bin").symlink_to("usr/bin")
    script = folder / "usr/bin/start"
    script.write_text('#!/bin/sh -e\n# comment with ls\nexec true "$@"\n')
    return folder


@x86_only
def test_a_script_leads_to_its_interpreter_and_to_what_it_starts(tmp_path: Path) -> None:
    root = Folder(_root(tmp_path))
    found = analyse(root, ["/bin/start"])
    assert found.programs == ("/usr/bin/true",)


@pytest.mark.parametrize(
    "script",
    [
        "#!/usr/bin/env -S true -u\n",
        "#! true\n" + "x" * (1 << 20),
        "#!/bin/sh\ncd /; /bin/true; exit\n",
        "#!/bin/sh\nid=$(true)\n",
        "#!/bin/sh\nid=`true`\n",
        "#!/bin/sh\n(true)&\n",
        "#!/bin/sh\n[ $# -gt 0 ] || exec true\n",
        "#!/bin/sh\nrun=/bin/true\nexec $run\n",
        '#!/bin/sh\nexec "${RUN:-/bin/true}"\n',
        "#!/bin/sh\necho it's; /bin/true\n",
        "#!/bin/sh\n# " + "long" * 1000 + "\n" + "long" * 1000 + "\ntrue\n",
    ],
)
def test_programs_that_a_script_names_are_found_however_they_stand_there(tmp_path: Path, script: str) -> None:
    image = _root(tmp_path)
    (image / "usr/bin/start").write_text(script)
    assert programs(Folder(image), ["/bin/start"]) == ("/usr/bin/true",)


@pytest.mark.parametrize(
    "words", [["sh", "/bin/start"], ["/bin/bash", "-e", "/bin/start"], ["sh", "-c", ". /bin/start"]]
)
def test_what_a_shell_reads_is_a_script_whatever_it_begins_with(tmp_path: Path, words: list[str]) -> None:
    image = _root(tmp_path)
    (image / "usr/bin/start").write_text("cd /\nexec true\n")
    assert programs(Folder(image), words) == ("/usr/bin/true",)
    assert programs(Folder(image), ["node", "/bin/start"]) == ()


@pytest.mark.parametrize("line", ["cd /;/bin/true", "(true)", "run=true; $run", "/bin/true||exit 1"])
def test_a_command_line_in_one_word_is_looked_through_as_a_script_is(tmp_path: Path, line: str) -> None:
    assert programs(Folder(_root(tmp_path)), ["sh", "-c", line]) == ("/usr/bin/true",)


@x86_only
@pytest.mark.parametrize("word", ["./app", "bin/app", "app", "../shop/app"])
def test_programs_are_found_from_the_working_folder_and_by_the_images_own_path(tmp_path: Path, word: str) -> None:
    image = _root(tmp_path)
    (image / "opt/shop/bin").mkdir(parents=True)
    shutil.copy("/bin/true", image / "opt/shop/app")
    shutil.copy("/bin/true", image / "opt/shop/bin/app")
    found = programs(Folder(image), [word], Surroundings(programs=("/opt/shop/bin",), folder="/opt/shop"))
    assert found in {("/opt/shop/app",), ("/opt/shop/bin/app",)}


@x86_only
def test_libraries_and_loaders_that_are_not_there_are_named(tmp_path: Path) -> None:
    found = analyse(Folder(_root(tmp_path)), ["true"])
    assert found.missing == tuple(
        f"{name}, which /usr/bin/true asks for" for name in ("/lib64/ld-linux-x86-64.so.2", "libc.so.6")
    )


@x86_only
def test_a_program_that_is_started_and_not_there_is_named(tmp_path: Path, cache: Path) -> None:
    around = Surroundings(folder="/opt", started=("/opt/shop", "./shop", "shop", "true"))
    missing = analyse(Folder(_root(tmp_path)), ["/opt/shop", "true"], cache=cache, around=around).missing
    assert {f"{word}, which is started" for word in ("/opt/shop", "./shop", "shop")} <= set(missing)
    assert not any(each.startswith("true") for each in missing)


def test_links_lead_nowhere_outside_the_folder(tmp_path: Path) -> None:
    (tmp_path / "image").mkdir()
    (tmp_path / "secret").write_text("")
    (tmp_path / "image" / "up").symlink_to("../secret")
    (tmp_path / "image" / "round").symlink_to("round")
    root = Folder(tmp_path / "image")
    assert root.real("/up") is None
    assert root.real("/round") is None


def test_a_folder_that_is_not_there_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(HardenError, match="no such folder"):
        Folder(tmp_path / "image")


@x86_only
def test_functions_that_nothing_calls_do_not_count(cache: Path) -> None:
    libc = next(path for path in ("/lib/x86_64-linux-gnu/libc.so.6", "/lib64/libc.so.6") if Path(path).is_file())
    found: Scan = scan(Path(libc).read_bytes(), cache)
    assert not found.whole
    assert len(found.numbers) > 200
    everything = {number for numbers in found.numbers.values() for number in numbers}
    reached = set(analyse(_Machine(), ["/bin/true"], cache=cache).syscalls)
    assert len(reached) < len(everything) / 2


@x86_only
@pytest.mark.parametrize(
    "path",
    [
        "usr/lib/python3.11/lib-dynload/_socket.so",
        "opt/venv/site-packages/shop/_fast.cpython-311-x86_64-linux-gnu.so",
        "opt/venv/site-packages/shop/_slow.abi3.so",
    ],
)
def test_modules_of_an_interpreter_count(tmp_path: Path, cache: Path, path: str) -> None:
    image = _root(tmp_path)
    (image / path).parent.mkdir(parents=True)
    shutil.copy(_libc(), image / path)
    assert f"/{path}" in analyse(Folder(image), ["true"], cache=cache).files


@x86_only
@pytest.mark.parametrize("launcher", ["opt/java/lib/libjli.so", "opt/java/lib/jli/libjli.so"])
def test_the_libraries_around_javas_launcher_count(tmp_path: Path, cache: Path, launcher: str) -> None:
    image = _root(tmp_path)
    for path in (launcher, "opt/java/lib/server/libjvm.so", "opt/java/lib/libnet.so", "opt/other/libnet.so"):
        (image / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(_libc(), image / path)
    found = analyse(Folder(image), ["true"], cache=cache)
    assert not any(path.startswith("/opt") for path in found.files)
    content = (image / "usr/bin/true").read_bytes()
    (image / "usr/bin/true").write_bytes(content.replace(b"libc.so.6\0", b"libjli.so\0"))
    found = analyse(Folder(image), ["true"], cache=cache)
    assert {f"/{launcher}", "/opt/java/lib/server/libjvm.so", "/opt/java/lib/libnet.so"} <= found.files.keys()
    assert "/opt/other/libnet.so" not in found.files


@x86_only
def test_a_library_that_is_loaded_by_the_name_of_a_link_counts(tmp_path: Path, cache: Path) -> None:
    image, name = _root(tmp_path), b"libshop.so.1\0"
    content = (image / "usr/bin/true").read_bytes()
    at = content.index(b"\0/usr/share/locale\0") + 1
    (image / "usr/bin/true").write_bytes(content[:at] + name + content[at + len(name) :])
    shutil.copy(_libc(), image / "usr/lib/libshop.so.1.2.3")
    (image / "usr/lib/libshop.so.1").symlink_to("libshop.so.1.2.3")
    assert "/usr/lib/libshop.so.1.2.3" in analyse(Folder(image), ["true"], cache=cache).files


@x86_only
def test_names_that_are_no_text_stand_in_the_answer_as_escapes(tmp_path: Path, cache: Path) -> None:
    image = _root(tmp_path)
    (image / "usr/lib/gconv").mkdir()
    shutil.copy(_libc(), image / os.fsdecode(b"usr/lib/gconv/odd\xff.so"))
    shutil.copy("/bin/true", image / os.fsdecode(b"usr/bin/odd\xff"))
    found = analyse(Folder(image), [os.fsdecode(b"/usr/bin/odd\xff")], cache=cache)
    assert found.programs == ("/usr/bin/odd\\xff",)
    assert "/usr/lib/gconv/odd\\xff.so" in json.loads(evidence.as_json(found))["files"]


@x86_only
def test_a_needed_library_counts_wherever_it_lies(tmp_path: Path, cache: Path) -> None:
    image = _root(tmp_path)
    (image / "opt/shop").mkdir(parents=True)
    shutil.copy(_libc(), image / "opt/shop/libc.so.6")
    assert "/opt/shop/libc.so.6" in analyse(Folder(image), ["true"], cache=cache).files


def _libc() -> str:
    return next(path for path in ("/lib/x86_64-linux-gnu/libc.so.6", "/lib64/libc.so.6") if Path(path).is_file())
