"""Names and numbers of Linux system calls, and what is to be thought of some of them."""

import functools
from importlib import resources

FIRST_OF_THE_UNIFIED = 424
"""From here on every architecture shares the numbers, and programs try a call and fall back on ENOSYS."""

DANGEROUS = frozenset(
    {"acct", "add_key", "bpf", "chroot", "clock_adjtime", "clock_settime", "delete_module", "finit_module", "fsconfig"}
    | {"fsmount", "fsopen", "fspick", "init_module", "io_uring_enter", "io_uring_register", "io_uring_setup", "ioperm"}
    | {"iopl", "kcmp", "kexec_file_load", "kexec_load", "keyctl", "lookup_dcookie", "modify_ldt", "mount"}
    | {"mount_setattr", "move_mount", "name_to_handle_at", "open_by_handle_at", "open_tree", "open_tree_attr"}
    | {"perf_event_open", "pidfd_getfd", "pivot_root", "process_madvise", "process_vm_readv", "process_vm_writev"}
    | {"ptrace", "quotactl", "quotactl_fd", "reboot", "request_key", "setdomainname", "sethostname", "setns"}
    | {"settimeofday", "swapoff", "swapon", "syslog", "umount2", "unshare", "userfaultfd", "vhangup"}
)
"""Calls that a service has no business with: they reach the machine, other processes, or much of the kernel's code."""

FALLS_BACK = frozenset({"clone3"})
"""Calls that stay refused though programs try them: flags behind a pointer cannot be looked at, and the C library goes
on with `clone` when it hears ENOSYS."""


@functools.cache
def numbers() -> dict[str, int]:
    """Every known call by name, with its x86-64 number."""
    text = resources.files(__package__).joinpath("syscalls.txt").read_text(encoding="ascii")
    rows = (line.split() for line in text.splitlines() if not line.startswith("#"))
    return {name: int(number) for number, name in rows}


def newer_calls() -> frozenset[str]:
    """Calls that must answer ENOSYS, not EPERM, when they are not allowed, so that programs take their older way."""
    return frozenset(name for name, number in numbers().items() if number >= FIRST_OF_THE_UNIFIED)


@functools.cache
def names_by_number() -> dict[int, str]:
    """x86-64 number -> name."""
    return {number: name for name, number in numbers().items()}
