"""bpftrace as a child: started, waited for until it watches, ended and read. Part of node programs."""

from __future__ import annotations

import ctypes
import json
import os
import queue
import re
import shutil
import signal
import subprocess
import threading
from typing import Any

from hardening.node.bpf_programs import missed
from hardening.node.fact import NotReadable
from hardening.node.recorder_script import CAPABILITIES, KPROBES, Place, script

PROGRAM = "bpftrace"
_UPDATE = "map_update_elem"
"""The kernel's way to count: when it fails, the table is full."""
_TIED = ("setpriv", "--pdeathsig", "KILL", "--")
"""Ends the child with this program, whatever ends that."""
_PATIENT = ("nice", "-n", "10", "--")
"""Compiling takes a core for seconds, for minutes on an emulated machine: services and their engine come first."""
_PACKAGE = "apt-get install bpftrace"
_TRACING = "/sys/kernel/tracing"
_TYPES = "/sys/kernel/btf/vmlinux"
_NEW_STRINGS = (0, 20)
_STRING = {False: 180, True: 480}
"""Bytes kept of a path; older versions hold strings on a stack of 512 bytes."""
_KEYS = 16384
"""Entries per map."""
_ESCAPE = re.compile(rb"\\(?:uffffff([89a-f][0-9a-f])|.)")
"""Of JSON, and what version 0.17 makes of a byte that is no ASCII: it takes it for a negative number."""
_START_SECONDS = 600
_END_SECONDS = 300
_CLONE_NEWNS = 0x20000
_MS_REC, _MS_SLAVE = 0x4000, 0x80000

Maps = dict[str, Any]  # name -> {joined keys: count}, or a count


class Bpftrace:
    """Counts from the moment the constructor returns. `finish` or `kill` ends it.

    Raises:
        NotReadable: this node cannot; the message says why, and what to do about it.
    """

    def __init__(self, place: Place, watched: dict[int, list[int]], *, refusals_only: bool = False) -> None:
        self.version = _version()
        if not os.path.exists(_TYPES):
            raise NotReadable(f"the kernel does not describe its types ({_TYPES} is missing), which recording needs")
        _see_tracing()
        self.longest = _STRING[self.version >= _NEW_STRINGS] - 1
        text = script(place, watched, _known_calls(), _known_ways(), self.version, refusals_only=refusals_only)
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._complaints: list[str] = []
        self._child = subprocess.Popen(
            [*_TIED, *_PATIENT, PROGRAM, "-f", "json", "-e", text],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_environment(self.version),
            start_new_session=True,
        )
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._listen, daemon=True).start()
        try:
            self.own_group = self._ready()
            for thread in os.listdir(f"/proc/{self.pid}/task"):
                os.setpriority(os.PRIO_PROCESS, int(thread), 0)  # from here on it must keep up
        except BaseException:
            self.kill()
            raise

    @property
    def pid(self) -> int:
        """The process of bpftrace."""
        return self._child.pid

    def finish(self) -> tuple[Maps, int]:
        """End counting. The maps, and the number of events that the kernel says were missed or could not be kept.

        A table that is full counts as one more: not every version tells what it could not put there.
        """
        if self._child.poll() is not None:  # also by a signal that it takes for the wish to end, and ends well
            raise NotReadable(f"bpftrace ended before it was asked to, with {self._child.returncode}: record again")
        lost = missed(self.pid)
        self._child.send_signal(signal.SIGINT)
        maps: Maps = {}
        while (line := self._next(_END_SECONDS)) is not None:
            kind, content = _decoded(line)
            if kind == "map":
                maps.update(content)
                lost += sum(len(table) >= _KEYS for table in content.values() if isinstance(table, dict))
            elif kind == "helper_error" and content == _UPDATE:
                lost += 1
        if self._child.wait(_END_SECONDS):
            raise NotReadable(f"bpftrace ended with {self._child.returncode}: {self._complaint()}")
        return maps, lost

    def kill(self) -> None:
        """End it without reading anything."""
        if self._child.poll() is None:
            self._child.kill()
            self._child.wait()

    def _ready(self) -> int:
        while (line := self._next(_START_SECONDS)) is not None:
            kind, content = _decoded(line)
            if kind == "printf" and str(content).startswith("ready "):
                return int(str(content).split()[1])
        raise NotReadable(f"bpftrace does not work here: {self._complaint()}")

    def _next(self, seconds: float) -> str | None:
        try:
            return self._lines.get(timeout=seconds)
        except queue.Empty:
            raise NotReadable(f"bpftrace said nothing within {seconds:.0f} s") from None

    def _read(self) -> None:
        if self._child.stdout:
            for line in self._child.stdout:
                self._lines.put(_text(line))
        self._lines.put(None)

    def _listen(self) -> None:
        if self._child.stderr:
            for line in self._child.stderr:
                self._complaints = [*self._complaints[-200:], line.decode("utf-8", "replace").strip()]

    def _complaint(self) -> str:
        told = [line for line in self._complaints if "ERROR" in line.upper() and "RLIMIT_MEMLOCK" not in line]
        return (told or self._complaints or ["no message"])[0][:300]


def _text(line: bytes) -> str:
    """A line, with the bytes that are no ASCII as they were."""
    return _ESCAPE.sub(lambda found: bytes.fromhex(found[1].decode()) if found[1] else found[0], line).decode(
        "utf-8", "replace"
    )


def _decoded(line: str) -> tuple[str, Any]:
    if not line.strip():
        return "", None
    try:
        document = json.loads(line)
        return document["type"], document.get("helper", document.get("data"))
    except (ValueError, KeyError, TypeError):
        raise NotReadable(f"bpftrace said something unknown: {line[:100]}") from None


def _version() -> tuple[int, int]:
    if not shutil.which(PROGRAM):
        raise NotReadable(f"bpftrace is not installed: {_PACKAGE}")
    said = subprocess.run([PROGRAM, "--version"], capture_output=True, timeout=60, check=False).stdout.decode()
    found = re.search(r"v(\d+)\.(\d+)", said)
    if not found:
        raise NotReadable(f"bpftrace told no version: {said[:80]}")
    return int(found.group(1)), int(found.group(2))


def _environment(version: tuple[int, int]) -> dict[str, str]:
    string, keys = ("MAX_STRLEN", "MAX_MAP_KEYS") if version >= _NEW_STRINGS else ("STRLEN", "MAP_KEYS_MAX")
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LC_ALL": "C",
        f"BPFTRACE_{string}": str(_STRING[version >= _NEW_STRINGS]),
        f"BPFTRACE_{keys}": str(_KEYS),
    }


def _see_tracing() -> None:
    """Where the kernel's tracing is not mounted, mount it for this program and its children alone."""
    if os.path.isdir(f"{_TRACING}/events"):
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if (
        libc.unshare(_CLONE_NEWNS)
        or libc.mount(b"none", b"/", None, ctypes.c_ulong(_MS_REC | _MS_SLAVE), None)
        or libc.mount(b"tracefs", _TRACING.encode(), b"tracefs", ctypes.c_ulong(0), None)
    ):
        raise NotReadable(f"tracefs cannot be mounted: {os.strerror(ctypes.get_errno())}")


def _known_calls() -> set[str]:
    start = "sys_enter_"
    return {name[len(start) :] for name in os.listdir(f"{_TRACING}/events/syscalls") if name.startswith(start)}


def _known_ways() -> set[str]:
    ways = {way for way in (KPROBES, CAPABILITIES) if os.path.exists(f"{_TRACING}/{way}")}
    if not ways:
        raise NotReadable("this kernel shows no use of capabilities: it has neither kprobes nor that tracepoint")
    return ways
