"""Every probe that `probe.c` carries, in its order: what it is after, and the call that decides."""

from hardening.model.drill import Probe

CLONE_NEWUSER = 0x10000000
CLONE_NEWNS = 0x00020000
CLONE_NEWNET = 0x40000000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWIPC_UTS_PID = 0x08000000 | 0x04000000 | 0x20000000
AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET, AF_ALG, AF_VSOCK, AF_XDP = 1, 2, 10, 16, 17, 38, 40, 44
SOCK_STREAM, SOCK_RAW, SOCK_SEQPACKET = 1, 3, 5
IPPROTO_MPTCP = 262
NETLINK_AUDIT, NETLINK_NETFILTER = 9, 12
READ, WRITE, EXECUTE = 1, 2, 4
ADDR_NO_RANDOMIZE = 0x0040000

MOUNTS, NAMESPACES, PROCESSES = "mounts", "namespaces", "other processes"
KERNEL, SOCKETS, MACHINE = "the kernel's rare parts", "sockets", "the machine's files"
IMAGE, RIGHTS, CODE, NETWORK = "its own image", "more rights", "code of one's own", "the network"


def _opening(name: str, group: str, goal: str, path: str) -> Probe:
    """A probe that opens one path."""
    return Probe(name, group, goal, "openat", names=(path,))


PROBES = (
    Probe("mount-tmpfs", MOUNTS, "mount a file system of its own", "mount"),
    Probe("mount-proc", MOUNTS, "mount /proc anew, without what masks it", "mount"),
    Probe("mount-cgroup", MOUNTS, "mount the control groups, writable", "mount"),
    Probe("mount-bind", MOUNTS, "show a folder in another place", "mount"),
    Probe("remount-root", MOUNTS, "make the read-only root writable", "mount"),
    Probe("unmount", MOUNTS, "take away what covers parts of /proc", "umount2"),
    Probe("pivot-root", MOUNTS, "change the root file system", "pivot_root"),
    Probe("mount-fsopen", MOUNTS, "mount by the newer calls", "fsopen"),
    Probe("mount-clone", MOUNTS, "copy a tree of mounts", "open_tree"),
    Probe("mount-move", MOUNTS, "move a mount", "move_mount"),
    Probe("mount-attributes", MOUNTS, "change a mount from read-only", "mount_setattr"),
    Probe("chroot", MOUNTS, "change what / is", "chroot"),
    Probe("namespace-user", NAMESPACES, "become root of a user namespace of its own", "unshare", {0: CLONE_NEWUSER}),
    Probe("namespace-mount", NAMESPACES, "have mounts of its own", "unshare", {0: CLONE_NEWNS}),
    Probe("namespace-network", NAMESPACES, "have a network of its own", "unshare", {0: CLONE_NEWNET}),
    Probe("namespace-others", NAMESPACES, "have IPC, UTS and PIDs of its own", "unshare", {0: CLONE_NEWIPC_UTS_PID}),
    Probe("namespace-cgroup", NAMESPACES, "have control groups of its own", "unshare", {0: CLONE_NEWCGROUP}),
    Probe("clone-user", NAMESPACES, "start a child in a user namespace of its own", "clone", {0: CLONE_NEWUSER}),
    Probe("clone3-user", NAMESPACES, "the same by the newer call", "clone3"),
    Probe("namespace-enter", NAMESPACES, "enter a namespace by its file", "setns"),
    Probe("hostname", NAMESPACES, "rename the host", "sethostname"),
    Probe("ptrace", PROCESSES, "trace another process", "ptrace"),
    Probe("memory-read", PROCESSES, "read another process's memory", "process_vm_readv"),
    Probe("memory-write", PROCESSES, "write another process's memory", "process_vm_writev"),
    _opening("memory-file", PROCESSES, "open another process's memory as a file", "/proc/*/mem"),
    Probe("file-steal", PROCESSES, "take another process's open files", "pidfd_getfd", before=(("pidfd_open", {}),)),
    Probe("process-compare", PROCESSES, "compare kernel objects of two processes", "kcmp"),
    Probe("bpf-map", KERNEL, "make a BPF map", "bpf"),
    Probe("bpf-program", KERNEL, "run a BPF program in the kernel", "bpf"),
    Probe("perf-event", KERNEL, "count performance events", "perf_event_open"),
    Probe("userfaultfd", KERNEL, "halt the kernel at page faults of its choice", "userfaultfd"),
    Probe("io-uring", KERNEL, "do work past the filter by io_uring", "io_uring_setup"),
    Probe("key-add", KERNEL, "store a key in the kernel", "add_key"),
    Probe("key-ring", KERNEL, "reach the kernel's key rings", "keyctl"),
    Probe("key-request", KERNEL, "make the kernel look for a key", "request_key"),
    Probe("module-load", KERNEL, "load kernel code", "init_module"),
    Probe("module-load-file", KERNEL, "load kernel code from a file", "finit_module"),
    Probe("module-unload", KERNEL, "unload kernel code", "delete_module"),
    Probe("kexec", KERNEL, "boot another kernel", "kexec_load"),
    Probe("kexec-file", KERNEL, "boot another kernel from a file", "kexec_file_load"),
    Probe("reboot", KERNEL, "stop the machine", "reboot"),
    Probe("kernel-log", KERNEL, "read the kernel's log", "syslog"),
    Probe("io-ports", KERNEL, "reach hardware by its ports", "ioperm"),
    Probe("swap", KERNEL, "swap to a file of its own", "swapon"),
    Probe("open-by-handle", KERNEL, "open files of the machine by their numbers", "open_by_handle_at"),
    Probe("segment-table", KERNEL, "change the processor's segment table", "modify_ldt"),
    Probe("calls-32-bit", KERNEL, "make calls by the numbers of 32-bit programs", "getpid"),
    Probe("personality", KERNEL, "switch address randomisation off", "personality", {0: ADDR_NO_RANDOMIZE}),
    Probe("socket-crypto", SOCKETS, "reach the kernel's cryptography", "socket", {0: AF_ALG, 1: SOCK_SEQPACKET}),
    Probe("socket-packet", SOCKETS, "read and forge packets", "socket", {0: AF_PACKET, 1: SOCK_RAW}),
    Probe("socket-raw", SOCKETS, "forge IP packets", "socket", {0: AF_INET, 1: SOCK_RAW}),
    Probe("socket-raw6", SOCKETS, "forge IPv6 packets", "socket", {0: AF_INET6, 1: SOCK_RAW}),
    Probe("socket-vsock", SOCKETS, "speak to the hypervisor", "socket", {0: AF_VSOCK, 1: SOCK_STREAM}),
    Probe("socket-xdp", SOCKETS, "take packets off the network card", "socket", {0: AF_XDP, 1: SOCK_RAW}),
    Probe(
        "socket-multipath",
        SOCKETS,
        "speak a protocol beside TCP and UDP",
        "socket",
        {0: AF_INET, 1: SOCK_STREAM, 2: IPPROTO_MPTCP},
    ),
    Probe(
        "netlink-audit",
        SOCKETS,
        "speak to the kernel's audit",
        "socket",
        {0: AF_NETLINK, 1: SOCK_RAW, 2: NETLINK_AUDIT},
    ),
    Probe(
        "netlink-firewall",
        SOCKETS,
        "speak to the kernel's firewall",
        "socket",
        {0: AF_NETLINK, 1: SOCK_RAW, 2: NETLINK_NETFILTER},
    ),
    Probe("netlink-interface", SOCKETS, "make a network interface", "socket", {0: AF_NETLINK, 1: SOCK_RAW, 2: 0}),
    _opening("core-pattern", MACHINE, "have the host run a program when one crashes", "/proc/sys/kernel/core_pattern"),
    _opening("module-loader", MACHINE, "have the host run a program for a missing module", "/proc/sys/kernel/modprobe"),
    _opening("magic-keys", MACHINE, "stop the machine by sysrq", "/proc/sysrq-trigger"),
    _opening("kernel-memory", MACHINE, "read the kernel's memory", "/proc/kcore"),
    _opening("kernel-keys", MACHINE, "list the kernel's keys", "/proc/keys"),
    _opening("kernel-timers", MACHINE, "learn kernel addresses", "/proc/timer_list"),
    _opening("sys-write", MACHINE, "change settings below /sys", "/sys/kernel/mm/transparent_hugepage/enabled"),
    _opening("uevent-helper", MACHINE, "have the host run a program for a device", "/sys/kernel/uevent_helper"),
    _opening("firmware", MACHINE, "read the firmware's tables", "/sys/firmware/"),
    _opening(
        "cgroup-release-agent", MACHINE, "have the host run a program when a control group empties", "/sys/fs/cgroup/*"
    ),
    Probe("device-memory", MACHINE, "make a device that is the machine's memory", "mknodat", names=("*/mem-*",)),
    Probe("device-disk", MACHINE, "make a device that is the machine's disk", "mknodat", names=("*/disk-*",)),
    _opening("shadow", IMAGE, "read password hashes", "/etc/shadow"),
    _opening("image-program", IMAGE, "replace the service's program", "*.probe"),
    _opening("image-programs", IMAGE, "add a program to /usr", "/usr/harden-probe"),
    _opening("image-settings", IMAGE, "add a file to /etc", "/etc/harden-probe"),
    _opening("image-root", IMAGE, "add a file to /", "/harden-probe"),
    Probe(
        "engine-socket",
        MACHINE,
        "command the container engine",
        "connect",
        before=(("socket", {0: AF_UNIX, 1: SOCK_STREAM}),),
        names=("*.sock",),
    ),
    Probe("setuid", RIGHTS, "become root", "setresuid"),
    Probe("setgid", RIGHTS, "enter root's group", "setresgid"),
    Probe("setgroups", RIGHTS, "enter other groups", "setgroups"),
    Probe("capabilities", RIGHTS, "gain a capability", "capset"),
    Probe("chown", RIGHTS, "give a file away", "fchown", before=(("openat", {}),), names=("*/own-*",)),
    Probe("real-time", RIGHTS, "take the processor by real-time priority", "sched_setscheduler"),
    Probe("priority", RIGHTS, "run before the machine's own work", "setpriority"),
    Probe("exec-written", CODE, "run a program it wrote", "execve", names=("*/run-*",)),
    Probe("exec-memory", CODE, "run a program that is in no file", "memfd_create", names=("*memfd:probe*",)),
    Probe("map-written", CODE, "load a library it wrote", "mmap", {2: READ | EXECUTE}, names=("*/map-*",)),
    Probe("writable-code", CODE, "have memory that is written and run", "mmap", {2: READ | WRITE | EXECUTE}),
    Probe("code-after-writing", CODE, "run memory that it wrote before", "mprotect", {2: READ | EXECUTE}),
    Probe("exec-shell", CODE, "start a shell", "execve", names=("*sh", "*/busybox")),
)

BY_ID = {probe.id: probe for probe in PROBES}


def reaching(name: str, goal: str) -> Probe:
    """A probe of the network, made for one cluster: its name goes to the program, and comes back."""
    return Probe(name, NETWORK, goal, "connect", before=(("socket", {0: AF_INET, 1: SOCK_STREAM, 2: 0}),))
