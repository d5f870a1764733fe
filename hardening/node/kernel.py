"""What the node's kernel enforces: security modules, profiles, parameters. Part of node programs."""

from __future__ import annotations

import glob
import hashlib
import os
import re

from hardening.node.command import output
from hardening.node.fact import NotReadable, read_text

SYSCTLS = (
    "dev.tty.ldisc_autoload",
    "fs.protected_fifos",
    "fs.protected_hardlinks",
    "fs.protected_regular",
    "fs.protected_symlinks",
    "fs.suid_dumpable",
    "kernel.apparmor_restrict_unprivileged_userns",
    "kernel.core_pattern",
    "kernel.dmesg_restrict",
    "kernel.io_uring_disabled",
    "kernel.kexec_load_disabled",
    "kernel.kptr_restrict",
    "kernel.modules_disabled",
    "kernel.perf_event_paranoid",
    "kernel.randomize_va_space",
    "kernel.seccomp.actions_logged",
    "kernel.sysrq",
    "kernel.unprivileged_bpf_disabled",
    "kernel.unprivileged_userns_clone",
    "kernel.yama.ptrace_scope",
    "net.bridge.bridge-nf-call-ip6tables",
    "net.bridge.bridge-nf-call-iptables",
    "net.core.bpf_jit_harden",
    "net.ipv4.conf.all.accept_redirects",
    "net.ipv4.conf.all.accept_source_route",
    "net.ipv4.conf.all.log_martians",
    "net.ipv4.conf.all.rp_filter",
    "net.ipv4.conf.all.send_redirects",
    "net.ipv4.conf.default.accept_redirects",
    "net.ipv4.conf.default.rp_filter",
    "net.ipv4.icmp_echo_ignore_broadcasts",
    "net.ipv4.ip_forward",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.tcp_syncookies",
    "net.ipv6.conf.all.accept_ra",
    "net.ipv6.conf.all.accept_redirects",
    "net.ipv6.conf.all.disable_ipv6",
    "net.ipv6.conf.all.forwarding",
    "user.max_user_namespaces",
    "vm.max_map_count",
    "vm.mmap_min_addr",
    "vm.overcommit_memory",
    "vm.swappiness",
)
"""Parameters that a plan sets or a check reads."""

PROFILE_FILES = "/etc/apparmor.d/harden-*"

_SECURITY = "/sys/kernel/security"


def security_modules() -> list[str]:
    """Active kernel security modules, in their order."""
    return [name for name in read_text(f"{_SECURITY}/lsm").strip().split(",") if name]


def apparmor_profiles() -> dict[str, str]:
    """Loaded profile -> its mode."""
    return parse_profiles(read_text(f"{_SECURITY}/apparmor/profiles"))


def loaded_profiles() -> dict[str, str]:
    """The same; none where the kernel has no AppArmor."""
    try:
        return apparmor_profiles()
    except FileNotFoundError:
        return {}


def parse_profiles(text: str) -> dict[str, str]:
    """Lines of `name (mode)`; a name may hold spaces and brackets itself."""
    profiles = {}
    for line in text.splitlines():
        name, bracket, mode = line.rpartition(" (")
        if not bracket or not mode.endswith(")"):
            raise NotReadable(f"the kernel's list of profiles has an unknown form: {line[:80]}")
        profiles[name] = mode[:-1]
    return profiles


def apparmor_in_force() -> dict[str, bool]:
    """Profile of harden's that is loaded -> whether its rules are those that its file gives on this node.

    The kernel keeps the hash of what it was given; the node's parser makes the same of the same file.

    Raises:
        NotReadable: the kernel or the parser does not tell.
    """
    folder = f"{_SECURITY}/apparmor/policy/profiles"
    loaded = {read_text(f"{folder}/{each}/name").strip(): each for each in os.listdir(folder)}
    found = {}
    for path in sorted(glob.glob(PROFILE_FILES)):
        name = os.path.basename(path)
        if name in loaded:
            compiled = output("apparmor_parser", "--skip-cache", "--stdout", path)
            found[name] = _loaded_hash(f"{folder}/{loaded[name]}") == hashlib.sha256(compiled).hexdigest()
    return found


def _loaded_hash(folder: str) -> str:
    try:
        return read_text(f"{folder}/raw_sha256").strip()
    except FileNotFoundError:
        raise NotReadable("this kernel keeps no hash of what AppArmor was given") from None


def sysctls() -> dict[str, str]:
    """Parameters as they are now; one that is missing does not exist in this kernel."""
    found = {}
    for name in SYSCTLS:
        try:
            found[name] = read_text("/proc/sys/" + name.replace(".", "/")).strip()
        except FileNotFoundError:
            continue
    return found


def transparent_hugepages() -> str:
    """The choice in brackets: always, madvise or never."""
    text = read_text("/sys/kernel/mm/transparent_hugepage/enabled")
    found = re.search(r"\[(\w+)\]", text)
    if not found:
        raise NotReadable(f"unknown form: {text.strip()[:80]}")
    return found.group(1)


def routes() -> list[dict[str, str]]:
    """IPv4 networks and the interfaces that lead there, by the main routing table (proc_net_route in the kernel)."""
    found = []
    for line in read_text("/proc/net/route").splitlines()[1:]:
        interface, target, _gateway, _flags, _count, _use, _metric, mask = line.split()[:8]
        address, bits = (int.from_bytes(bytes.fromhex(word)[::-1], "big") for word in (target, mask))
        if bits:
            network = ".".join(str(address >> shift & 255) for shift in (24, 16, 8, 0))
            found.append({"network": f"{network}/{f'{bits:b}'.count('1')}", "interface": interface})
    return found
