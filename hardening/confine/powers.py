"""What system calls and rules mean for an intruder: powers, risk, and the vulnerabilities that went through a call."""

import functools
from importlib import resources

from msgspec import Struct

from hardening import documents
from hardening.model.profile import Profile, Risk

from .arguments import COMPARED
from .syscalls import DANGEROUS

HARMLESS = frozenset(
    {"clock_getres", "clock_gettime", "exit", "exit_group", "gettimeofday", "restart_syscall", "rt_sigreturn", "time"}
)
"""Calls that code can come to make where no recording shows them, without doing anything new: the clock on a machine
whose own is not readable from user space, a wait that goes on after a signal, the end. Allowed when only the analysis
knows them."""

_WORDS = {
    "create namespaces": "unshare setns clone3",
    "mount file systems": "mount umount2 pivot_root chroot fsconfig fsmount fsopen fspick mount_setattr move_mount "
    "open_tree open_tree_attr name_to_handle_at open_by_handle_at quotactl quotactl_fd",
    "load kernel code": "init_module finit_module delete_module kexec_load kexec_file_load bpf",
    "trace other processes": "ptrace process_vm_readv process_vm_writev process_madvise pidfd_getfd kcmp",
    "use kernel keys": "add_key request_key keyctl",
    "profile the machine": "perf_event_open syslog lookup_dcookie acct",
    "use rarely tested kernel interfaces": "io_uring_setup io_uring_enter io_uring_register userfaultfd modify_ldt "
    "remap_file_pages vmsplice fanotify_init fanotify_mark memfd_secret personality uselib _sysctl",
    "change the machine": "reboot swapon swapoff sethostname setdomainname settimeofday clock_settime clock_adjtime "
    "adjtimex ioperm iopl vhangup",
    "change identity": "setuid setgid setreuid setregid setresuid setresgid setfsuid setfsgid setgroups capset",
    "confine itself further": "seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self",
    "open sockets": "socket socketpair",
    "accept connections": "bind listen accept accept4",
    "connect and talk": "connect sendto recvfrom sendmsg recvmsg sendmmsg recvmmsg shutdown getpeername getsockname",
    "set socket options": "setsockopt getsockopt",
    "start programs": "execve execveat fork vfork",
    "start threads and processes": "clone exit",
    "signal processes": "kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_send_signal pidfd_open",
    "control devices": "ioctl",
    "set process attributes": "prctl arch_prctl setrlimit prlimit64 setpriority ioprio_set setsid setpgid",
    "schedule": "sched_setscheduler sched_setparam sched_setattr sched_setaffinity sched_getscheduler sched_getparam "
    "sched_getattr sched_getaffinity sched_get_priority_max sched_get_priority_min sched_rr_get_interval sched_yield "
    "getpriority ioprio_get getcpu",
    "place memory": "mbind set_mempolicy get_mempolicy migrate_pages move_pages set_mempolicy_home_node",
    "make memory executable": "mmap mprotect pkey_mprotect pkey_alloc pkey_free mremap",
    "run from memory": "memfd_create",
    "share memory with others": "shmget shmat shmdt shmctl semget semop semctl semtimedop msgget msgsnd msgrcv msgctl "
    "mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr",
    "lock memory": "mlock mlock2 mlockall munlock munlockall",
    "advise on memory": "madvise mincore msync membarrier mseal",
    "change owner and mode": "chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat umask",
    "change extended attributes": "setxattr fsetxattr lsetxattr removexattr fremovexattr lremovexattr",
    "create device nodes": "mknod mknodat",
    "create, rename and delete files": "mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 link linkat "
    "symlink symlinkat creat truncate ftruncate fallocate utime utimes utimensat futimesat",
    "watch files": "inotify_init inotify_init1 inotify_add_watch inotify_rm_watch",
    "raise timers": "alarm setitimer getitimer timer_create timer_settime timer_gettime timer_delete pause",
    "copy between files": "copy_file_range sendfile splice tee",
    "write to disk at once": "sync syncfs fsync fdatasync sync_file_range",
}
_OTHER = "ordinary input, output and questions"
"""Everything that is in no other list: reading, waiting, asking about oneself."""

_GRAVE = frozenset(
    {"create namespaces", "mount file systems", "load kernel code", "trace other processes", "use kernel keys"}
    | {"profile the machine", "use rarely tested kernel interfaces", "change the machine", "create device nodes"}
)
_NOTABLE = frozenset(
    {"change identity", "open sockets", "set socket options", "start programs", "control devices", "run from memory"}
    | {"set process attributes", "make memory executable", "share memory with others", "change owner and mode"}
    | {"place memory", "start threads and processes"}
)
RARE_FAMILIES = frozenset({"alg", "packet", "vsock", "netlink", "can", "bluetooth", "xdp", "tipc", "rds", "key"})

LEAVE = "dial beyond its networks"
"""What `egress: any` gives; no system call does."""

GAIN = "gain rights by programs that give them"
"""What `no_new_privileges: false` gives: setuid programs and file capabilities count again."""

_POWERS = {call: power for power, calls in _WORDS.items() for call in calls.split()}


class Vulnerability(Struct, frozen=True, forbid_unknown_fields=True):
    """A hole in the kernel that was reached by a system call.

    Attributes:
        calls: any of them reaches it.
        what: went wrong.
        values: arguments that the call needs for it: index -> value; empty when any will do.
        socket: arguments of the `socket` call that has to come first; empty when none does.
        confine: whether it is one of the 29 by which Confine measures profiles.
    """

    cve: str
    calls: tuple[str, ...]
    what: str
    values: dict[int, int] = {}
    socket: dict[int, int] = {}
    confine: bool = False


def power(call: str) -> str:
    """What a system call lets a process do, in a few words."""
    return _POWERS.get(call, _OTHER)


def risk(call: str) -> Risk:
    """What a system call is worth to an intruder."""
    if call in DANGEROUS or power(call) in _GRAVE:
        return Risk.HIGH
    if power(call) in _NOTABLE or vulnerabilities(call):
        return Risk.MEDIUM
    return Risk.LOW


def vulnerabilities(call: str) -> tuple[Vulnerability, ...]:
    """Known holes that were reached through a call."""
    return tuple(each for each in all_vulnerabilities() if call in each.calls)


def reaches(profile: Profile, hole: Vulnerability) -> bool:
    """Whether a profile's filter lets a process come to a hole."""
    return any(
        call in profile.syscalls and _lets(profile, call, hole.values) for call in hole.calls
    ) and (not hole.socket or ("socket" in profile.syscalls and _lets(profile, "socket", hole.socket)))  # fmt: skip


def _lets(profile: Profile, call: str, values: dict[int, int]) -> bool:
    """Whether a call passes with these arguments; others are as the caller likes."""
    rules = [rule for rule in profile.arguments if rule.call == call]
    masks = COMPARED.get(call, {})
    return not rules or any(
        all(values.get(at, wanted) & masks[at] == wanted for at, wanted in rule.values.items()) for rule in rules
    )


@functools.cache
def all_vulnerabilities() -> tuple[Vulnerability, ...]:
    """The whole list, `vulnerabilities.yml`."""
    text = resources.files(__package__).joinpath("vulnerabilities.yml").read_text(encoding="utf-8")
    return documents.Document("vulnerabilities.yml", text).convert(tuple[Vulnerability, ...])


@functools.cache
def docker_default() -> frozenset[str]:
    """Calls that Docker's own profile allows a container without added capabilities."""
    text = resources.files(__package__).joinpath("docker-default.txt").read_text(encoding="ascii")
    return frozenset(word for line in text.splitlines() if not line.startswith("#") for word in line.split())
