"""The kernel's capabilities, and those that reach the machine."""

CAPABILITIES = (
    "chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap",
    "linux_immutable", "net_bind_service", "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner",
    "sys_module", "sys_rawio", "sys_chroot", "sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice",
    "sys_resource", "sys_time", "sys_tty_config", "mknod", "lease", "audit_write", "audit_control", "setfcap",
    "mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read", "perfmon", "bpf",
    "checkpoint_restore",
)  # fmt: skip
"""CAP_* in the order of their numbers (linux/capability.h)."""

DANGEROUS_CAPABILITIES = frozenset(
    {
        "bpf", "checkpoint_restore", "dac_read_search", "linux_immutable", "mac_admin", "mac_override", "mknod",
        "net_admin", "perfmon", "sys_admin", "sys_boot", "sys_module", "sys_ptrace", "sys_rawio", "sys_time", "syslog",
    }
)  # fmt: skip
"""Ways to root on the node, whatever else holds the process."""
