"""What the kernel knows of the BPF programs that another process holds. Part of node programs."""

from __future__ import annotations

import ctypes
import os
import re
import struct

from hardening.node.fact import NotReadable, read_text

_BPF = 321
"""bpf(2) on x86-64, the only architecture that is recorded."""
_GET_FD_BY_ID, _GET_INFO = 13, 15
_ATTRIBUTES = 128
_INFO, _NAME, _NAME_LENGTH, _MISSED = 232, 64, 16, 208
"""struct bpf_prog_info (linux/bpf.h): how much of it is asked for, and where the name and recursion_misses stand."""
_INTERRUPTED = ("signal_", "tracepoint_sign")
"""How bpftrace's versions call programs on the signals' tracepoints. The kernel's own timers send signals while another
program runs, which is then counted as missed; the signals that are recorded come from system calls."""


def missed(pid: int) -> int:
    """Times the kernel did not run a program of a process, as far as it counts that (Linux 6.7 for tracepoints)."""
    total = 0
    for entry in os.listdir(f"/proc/{pid}/fdinfo"):
        found = re.search(r"^prog_id:\s*(\d+)", read_text(f"/proc/{pid}/fdinfo/{entry}"), re.MULTILINE)
        if found:
            name, times = _program(int(found.group(1)))
            total += 0 if name.startswith(_INTERRUPTED) else times
    return total


def _program(number: int) -> tuple[str, int]:
    """Name and misses of a program."""
    descriptor = _bpf(_GET_FD_BY_ID, struct.pack("<III", number, 0, 0))
    try:
        info = ctypes.create_string_buffer(_INFO)
        _bpf(_GET_INFO, struct.pack("<IIQ", descriptor, _INFO, ctypes.addressof(info)))
    finally:
        os.close(descriptor)
    name = info.raw[_NAME : _NAME + _NAME_LENGTH].rstrip(b"\0").decode("ascii", "replace")
    return name, struct.unpack_from("<Q", info.raw, _MISSED)[0]


def _bpf(command: int, attributes: bytes) -> int:
    library = ctypes.CDLL(None, use_errno=True)
    buffer = ctypes.create_string_buffer(attributes.ljust(_ATTRIBUTES, b"\0"), _ATTRIBUTES)
    answer = int(library.syscall(_BPF, command, buffer, _ATTRIBUTES))
    if answer < 0:
        raise NotReadable(f"the kernel does not tell about BPF programs: {os.strerror(ctypes.get_errno())}")
    return answer
