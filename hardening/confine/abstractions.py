"""Parts that many roles share, as AppArmor's own abstractions are, but with the system calls beside the files.

Each was recorded with strace around real containers (runc 1.1 and 1.3, engines 20.10 and 28.5), start to stop.
"""

from msgspec import Struct

from hardening.model.policy import FileRule, NetworkRule


class Abstraction(Struct, frozen=True):
    """What one shared part of a container needs.

    Attributes:
        in_image: whether its code is in the image, so that an analysis of the image tells what of it can be used.
    """

    syscalls: frozenset[str] = frozenset()
    files: tuple[FileRule, ...] = ()
    network: tuple[NetworkRule, ...] = ()
    in_image: bool = True


def _calls(text: str) -> frozenset[str]:
    return frozenset(text.split())


RUNTIME = Abstraction(
    # Seen with runc 1.1: close epoll_ctl execve fstatfs futex getdents64 getpid openat rt_sigreturn write; with 1.3
    # also fcntl fstat openat2 statx, without which it ends before the service begins. readlinkat is its way on kernels
    # before 5.6, which have no openat2. Go's scheduler gives way with sched_yield on a machine that is busy. The others
    # are Go's allocator, and how runc reports an exec that fails.
    syscalls=_calls(
        "close epoll_ctl execve exit_group fcntl fstat fstatfs futex getdents64 getpid mmap munmap newfstatat openat "
        "openat2 read readlinkat rt_sigprocmask rt_sigreturn sched_yield statx write"
    ),
    in_image=False,
)
"""runc itself, between installing the filter and becoming the service. Part of every profile.

The filter holds only the thread that installs it: what Go's other threads do in this moment is not its matter.
"""

PRIVILEGED_RUNTIME = Abstraction(
    syscalls=_calls("capget capset chdir fchown getppid prctl setgid setgroups setuid"), in_image=False
)
"""Without no-new-privileges runc installs the filter earlier, before it gives its own privileges up."""

LIBC = Abstraction(
    syscalls=_calls(
        "access arch_prctl brk close execve exit_group fcntl fstat futex getpid getrandom ioctl lseek mmap mprotect "
        "munmap newfstatat openat pread64 prlimit64 read restart_syscall rseq rt_sigaction rt_sigprocmask rt_sigreturn "
        "set_robust_list set_tid_address uname write"
    ),
    files=(
        FileRule("/etc/ld.so.cache", "r", "the dynamic linker"),
        FileRule("/usr/lib/**.so*", "mr", "shared libraries"),
        FileRule("/lib/**.so*", "mr", "shared libraries where /lib is no link"),
        FileRule("/usr/lib64/*.so*", "mr", "the dynamic linker"),
        FileRule("/lib64/*.so*", "mr", "the dynamic linker"),
        FileRule("/usr/lib/**/gconv/*", "mr", "character sets"),
        FileRule("/usr/lib/locale/**", "r", "language settings"),
        FileRule("/etc/locale.alias", "r", "language settings"),
        FileRule("/usr/share/zoneinfo/**", "r", "time zones"),
        FileRule("/etc/localtime", "r", "time zones"),
        FileRule("/etc/nsswitch.conf", "r", "where names are looked up"),
        FileRule("/etc/passwd", "r", "user names"),
        FileRule("/etc/group", "r", "group names"),
        FileRule("/dev/null", "rw", "standard streams"),
        FileRule("/dev/zero", "rw", "standard streams"),
        FileRule("/dev/full", "rw", "standard streams"),
        FileRule("/dev/random", "r", "random numbers"),
        FileRule("/dev/urandom", "r", "random numbers"),
        FileRule("/dev/tty", "rw", "a person's exec with a terminal"),
        FileRule("/dev/pts/[0-9]*", "rw", "a person's exec with a terminal"),
        FileRule("/proc/", "r", "the process itself"),
        FileRule("/proc/[0-9]*/fd/", "r", "the process itself"),
        FileRule("/proc/[0-9]*/fd/[0-2]", "rw", "standard streams opened by name, such as /dev/stdout"),
        FileRule("/proc/[0-9]*/{cmdline,comm,maps,stat,statm,status}", "r", "the process itself"),
        FileRule("/proc/[0-9]*/task/[0-9]*/{comm,stat,status}", "r", "its threads"),
        FileRule("/proc/{cpuinfo,filesystems,meminfo,stat,uptime,version}", "r", "size of the machine"),
        FileRule("/proc/sys/kernel/{cap_last_cap,osrelease,ngroups_max,random/boot_id}", "r", "the kernel's limits"),
        FileRule("/proc/sys/vm/overcommit_memory", "r", "the allocator"),
        FileRule("/sys/devices/system/cpu/", "r", "number of processors"),
        FileRule("/sys/devices/system/cpu/{online,possible,present}", "r", "number of processors"),
    ),
)
"""Starting a program: the dynamic linker and the C library."""

THREADS = Abstraction(
    syscalls=_calls(
        "clone exit futex gettid madvise rseq sched_getaffinity sched_yield set_robust_list sigaltstack tgkill"
    )
)
"""Threads of the C library."""

INIT = Abstraction(
    syscalls=_calls("clone getpgrp getpid ioctl kill readlink rt_sigtimedwait setpgid wait4"),
    files=(
        FileRule("/sbin/docker-init", "mrix", "the engine's init, `init: true`"),
        FileRule("/usr/sbin/docker-init", "mrix", "the same where /sbin is a link"),
    ),
    in_image=False,
)
"""The engine's own init process, which starts the service and waits for it."""

RESOLVER = Abstraction(
    syscalls=_calls(
        "bind close connect getsockname ioctl poll recvfrom recvmsg sendmmsg sendto setsockopt socket uname"
    ),
    files=(
        FileRule("/etc/resolv.conf", "r", "the engine's name server"),
        FileRule("/etc/hosts", "r", "the container's own name"),
        FileRule("/etc/hostname", "r", "the container's own name"),
        FileRule("/etc/host.conf", "r", "order of look-ups"),
        FileRule("/etc/gai.conf", "r", "order of addresses"),
        FileRule("/etc/services", "r", "names of ports"),
        FileRule("/etc/protocols", "r", "names of protocols"),
    ),
    network=(
        NetworkRule("inet", "dgram"),
        NetworkRule("inet", "stream"),
        NetworkRule("inet6", "dgram"),
        NetworkRule("netlink", "raw"),
    ),
)
"""Names to addresses through the C library; netlink tells it which address families the container has."""

CURL = Abstraction(
    syscalls=_calls(
        "close connect eventfd2 fcntl geteuid getsockname getsockopt ioctl poll recvfrom sendto setsockopt socket"
    ),
    files=(
        FileRule("/usr/bin/curl", "mrix", "the health check"),
        FileRule("/etc/ssl/openssl.cnf", "r", "the health check's TLS library"),
    ),
    network=(NetworkRule("inet", "stream"),),
)
"""A health check by curl over loopback, by address: with a name it needs `resolver` too."""

ALL = {"libc": LIBC, "threads": THREADS, "init": INIT, "resolver": RESOLVER, "curl": CURL}
"""Those that a policy may name."""
