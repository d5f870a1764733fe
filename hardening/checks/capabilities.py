"""Linux capabilities: bit masks and names."""

NAMES = (
    "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP",
    "LINUX_IMMUTABLE", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER",
    "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN", "SYS_BOOT", "SYS_NICE",
    "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP",
    "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF",
    "CHECKPOINT_RESTORE",
)  # fmt: skip
"""By bit, as in linux/capability.h."""
DANGEROUS = frozenset(
    {
        "BPF", "DAC_READ_SEARCH", "LINUX_IMMUTABLE", "MAC_ADMIN", "MAC_OVERRIDE", "MKNOD", "NET_ADMIN", "PERFMON",
        "SYSLOG", "SYS_ADMIN", "SYS_BOOT", "SYS_MODULE", "SYS_PTRACE", "SYS_RAWIO", "SYS_TIME",
    }
)  # fmt: skip
"""Ways to root on the node, whatever else holds the process."""


def names(mask: int) -> frozenset[str]:
    """The capabilities of a bit mask, without `CAP_`."""
    known = {name for bit, name in enumerate(NAMES) if mask >> bit & 1}
    return frozenset(known | {f"bit {bit}" for bit in range(len(NAMES), mask.bit_length()) if mask >> bit & 1})


def declared(added: tuple[str, ...] | None) -> frozenset[str]:
    """What a service or container asks for, without `CAP_`; `ALL` is every one."""
    plain = {name.upper().removeprefix("CAP_") for name in added or ()}
    return frozenset(NAMES) if "ALL" in plain else frozenset(plain)
