"""What bpftrace is told to count while a service is recorded. Part of node programs.

Everything is counted in the kernel, in maps, and read once at the end: nothing is sent while it happens, so nothing can
be sent too late. A full map is the only way to lose an event, and it is seen that one is.

A call belongs to a container by its control group, of which the script knows those that exist at the start and learns
every other in the moment in which it is made, before a process can be in it. It belongs to a program by the inode of
the executable. What runc does inside the container before it becomes the program (`runc:[2:INIT]`) is told apart by
the process's name.

A path is read when the call returns: by then the kernel itself has read the name, so that its page is there. The open
file's inode, device and mode come from the process's table of files.
"""

from __future__ import annotations

from typing import NamedTuple

ATTEMPTS = (1, 38, 133)
"""Errors that a seccomp filter answers with: EPERM, ENOSYS, and the private one of a verification."""
PRIVATE_ERRNO = 133
"""EHWPOISON: no file system or socket of a service answers with it."""

VALUES = {
    "clone": ("args->clone_flags & 0xffffff00", "0"),  # without the signal that tells of the child's end
    "ioctl": ("args->cmd", "0"),
    "mmap": ("args->prot", "0"),
    "mprotect": ("args->prot", "0"),
    "personality": ("args->personality", "0"),
    "pkey_mprotect": ("args->prot", "0"),
    "prctl": ("args->option", "0"),
    "setsockopt": ("args->level", "args->optname"),
    "socket": ("args->family", "args->type & 15"),  # without SOCK_CLOEXEC and SOCK_NONBLOCK
    "socketpair": ("args->family", "args->type & 15"),
    "unshare": ("args->unshare_flags", "0"),
}
"""Calls whose arguments a filter may compare -> the two values kept of them."""
EXECUTABLE = "args->prot & 4"
NAMED = tuple(VALUES)
"""Calls by the number under which `@values` and `@barred` have them."""
_ONLY_WHEN = {"mmap": EXECUTABLE, "mprotect": EXECUTABLE, "pkey_mprotect": EXECUTABLE}
_MAY_BE_REFUSED = ("clone", "ioctl", "personality", "prctl", "setsockopt", "socket", "socketpair", "unshare")
"""Those of VALUES that a filter may refuse for their arguments, and that are rare enough to follow one by one."""

OPENING = {"open": "-100", "openat": "args->dfd", "openat2": "args->dfd", "creat": "-100"}
CHANGING = {
    "chmod": (("filename", "-100"),),
    "chown": (("filename", "-100"),),
    "fchmodat": (("filename", "args->dfd"),),
    "fchownat": (("filename", "args->dfd"),),
    "lchown": (("filename", "-100"),),
    "link": (("oldname", "-100"), ("newname", "-100")),
    "linkat": (("oldname", "args->olddfd"), ("newname", "args->newdfd")),
    "mkdir": (("pathname", "-100"),),
    "mkdirat": (("pathname", "args->dfd"),),
    "mknod": (("filename", "-100"),),
    "mknodat": (("filename", "args->dfd"),),
    "rename": (("oldname", "-100"), ("newname", "-100")),
    "renameat": (("oldname", "args->olddfd"), ("newname", "args->newdfd")),
    "renameat2": (("oldname", "args->olddfd"), ("newname", "args->newdfd")),
    "rmdir": (("pathname", "-100"),),
    "symlink": (("newname", "-100"),),
    "symlinkat": (("newname", "args->newdfd"),),
    "truncate": (("path", "-100"),),
    "unlink": (("pathname", "-100"),),
    "unlinkat": (("pathname", "args->dfd"),),
}
"""Calls that need a right on a path -> the arguments that name paths, each with what it is relative to."""
MEETING = {"bind": "args->umyaddr", "connect": "args->uservaddr"}
"""Calls that need a right on the path of a Unix socket."""
ON_PATHS = (
    *((name, index) for name, paths in CHANGING.items() for index in range(len(paths))),
    *((name, 0) for name in MEETING),
)
"""Call and which of its paths, by the number under which `@changed` has them."""
LOCKING = {"flock": "1", "fcntl": "args->cmd == 6 || args->cmd == 7 || args->cmd == 37 || args->cmd == 38"}
"""Calls that lock an open file, and when: F_SETLK, F_SETLKW and their forms for open file descriptions."""

KPROBES, CAPABILITIES = "kprobe_events", "events/capability/cap_capable"
"""Ways to see capabilities used, as paths below the kernel's tracing; the second is there from Linux 6.14 on."""
_STATE = ("watched", "member", "name", "at", "entered", "met", "path0", "path1", "from0", "from1")
_BROKEN_STRINGS = (0, 20)
"""From here on the names that tracepoints bring along cannot be relied on (0.23 reads them from the wrong place), and
the kernel's own structures are read instead, which older versions cannot do."""


class Place(NamedTuple):
    """Where a node's control groups are, and how the kernel is asked for a process's own.

    Attributes:
        expression: bpftrace's for the number of the current process's control group.
        hierarchy: number of the hierarchy, 0 for version 2.
        prefix: of the path of every container's group, such as `/system.slice/docker-`.
    """

    expression: str
    hierarchy: int
    prefix: str


def script(  # noqa: PLR0913 - what is wanted, and five facts of a node
    place: Place,
    watched: dict[int, list[int]],
    calls: set[str],
    tracepoints: set[str],
    version: tuple[int, int],
    *,
    refusals_only: bool = False,
) -> str:
    """The program for one node.

    Args:
        place: the node's control groups.
        watched: number -> threads, of the groups that exist already.
        calls: system calls of which this kernel has tracepoints; others are left out.
        tracepoints: what else the kernel has, of KPROBES and CAPABILITIES.
        version: bpftrace's.
        refusals_only: count calls and those that failed, and nothing of what they were about.
    """
    parts = [_begin(place, watched), _births(place, version), _counts(), _refusals(), _executions(version)]
    if not refusals_only:
        parts += _uses(calls, tracepoints)
    text = "\n".join(parts).replace("CGROUP", place.expression)
    return f"{text}\n{_end(text)}"


def _uses(calls: set[str], tracepoints: set[str]) -> list[str]:
    """What calls were about: arguments, files, signals, capabilities."""
    parts = [_values(name) for name in VALUES if name in calls]
    parts += [_opens(name, at) for name, at in OPENING.items() if name in calls]
    parts += [_moves()]
    parts += [_changes(name, arguments) for name, arguments in CHANGING.items() if name in calls]
    parts += [_meets(name, address) for name, address in MEETING.items() if name in calls]
    parts += [_locks(name, condition) for name, condition in LOCKING.items() if name in calls]
    return [*parts, _maps(), _signals(), _capabilities(tracepoints)]


def _begin(place: Place, watched: dict[int, list[int]]) -> str:
    known = " ".join(f"@watched[(uint64){number}] = 1;" for number in watched)
    for number, threads in watched.items():
        known += "".join(f" @member[(int32){thread}] = (uint64){number};" for thread in threads)
    return f'BEGIN {{ {known} printf("ready %lu\\n", {place.expression}); }}'


def _births(place: Place, version: tuple[int, int]) -> str:
    """Watch every new control group of a container, and remember which it is."""
    if version < _BROKEN_STRINGS:
        head = "tracepoint:cgroup:cgroup_mkdir {"
        root, number, path = "args->root", "args->id", "args->path"
    else:
        head = "rawtracepoint:cgroup_mkdir { $group = (struct cgroup *)arg0;"
        root, number, path = "$group->root->hierarchy_id", "$group->kn->id", "kptr(arg1)"
    same = f'strncmp(str({path}), "{place.prefix}", {len(place.prefix)}) == 0'
    return f"""{head}
  if ({root} == {place.hierarchy}) {{ if ({same}) {{
    @watched[(uint64){number}] = 1;
    @born[{number}, str({path})] = count();
  }} }}
}}"""


_RUNC = 'strncmp(comm, "runc:[", 6) == 0'
_TASK = "$task = (struct task_struct *)curtask; $exe = $task->mm->exe_file->f_inode->i_ino;"


def _counts() -> str:
    return f"""tracepoint:raw_syscalls:sys_enter {{
  $group = CGROUP;
  if (@watched[$group]) {{
    {_TASK}
    $runc = {_RUNC};
    @total = count();
    @calls[$group, $exe, $task->seccomp.mode, $runc, args->id] = count();
  }}
}}"""


def _refusals() -> str:
    """Calls that a filter answered never entered: only their end is seen."""
    errors = " || ".join(f"args->ret == -{number}" for number in ATTEMPTS)
    return f"""tracepoint:raw_syscalls:sys_exit /{errors}/ {{
  $group = CGROUP;
  if (@watched[$group]) {{
    {_TASK}
    $runc = {_RUNC};
    @failed[$group, $exe, $runc, args->id, -args->ret, comm] = count();
  }}
}}"""


def _executions(version: tuple[int, int]) -> str:
    if version < _BROKEN_STRINGS:
        head, name = "tracepoint:sched:sched_process_exec {", "args->filename"
    else:
        head, name = "rawtracepoint:sched_process_exec {", "((struct linux_binprm *)arg2)->filename"
    return f"""{head}
  $group = CGROUP;
  if (@watched[$group]) {{
    {_TASK}
    @ran[$group, $exe, str({name})] = count();
    @home[pid] = $group;
    @member[(int32)tid] = $group;
  }}
}}"""


def _ours(condition: str = "1") -> str:
    """Opens a block for calls of watched containers' programs, most of runc's own left out."""
    return f"if ({condition}) {{ $group = CGROUP; $runc = {_RUNC}; if (@watched[$group] && !$runc) {{ {_TASK}"


def _values(name: str) -> str:
    first, second = VALUES[name]
    enter = f"""tracepoint:syscalls:sys_enter_{name} {{
  {_ours(_ONLY_WHEN.get(name, "1"))}
    @values[$group, $exe, {NAMED.index(name)}, (uint64)({first}), (uint64)({second})] = count();
    {"@entered[tid] = 1;" if name in _MAY_BE_REFUSED else ""}
  }} }}
}}"""
    if name not in _MAY_BE_REFUSED:
        return enter
    errors = " || ".join(f"args->ret == -{number}" for number in ATTEMPTS)
    return f"""{enter}
tracepoint:syscalls:sys_exit_{name} {{
  if ({errors}) {{ if (@entered[tid] == 0) {{
    {_ours()} @barred[$group, $exe, {NAMED.index(name)}] = count(); }} }}
  }} }}
  if (@entered[tid]) {{ delete(@entered[tid]); }}
}}"""


def _file(descriptor: str) -> str:
    """`$inode` and `$file` of an open file of the current process."""
    return f"""{_TASK}
    $slot = (uint64)$task->files->fdt->fd + (uint64)({descriptor}) * 8;
    $file = (struct file *)*(uint64 *)kptr($slot);
    $inode = $file->f_inode;"""


def _base(name: str, at: str) -> str:
    """`$base`: the inode of the folder that a path is relative to, 0 for a path that begins with a slash."""
    return f"""$base = (uint64)0;
    if (*(uint8 *)uptr(@{name}[tid]) != 47) {{
      if ((@{at}[tid] & 0xffffffff) == 0xffffff9c) {{ $base = (uint64)$task->fs->pwd.dentry->d_inode->i_ino; }}
      else {{ {_file(f"@{at}[tid]")} $base = (uint64)$inode->i_ino; }}
    }}"""


def _opens(name: str, at: str) -> str:
    return f"""tracepoint:syscalls:sys_enter_{name} {{
  {_ours()} @name[tid] = (uint64)args->{"pathname" if name == "creat" else "filename"}; @at[tid] = (int64)({at}); }} }}
}}
tracepoint:syscalls:sys_exit_{name} /@name[tid]/ {{
  $group = CGROUP;
  if (args->ret >= 0) {{
    {_file("args->ret")}
    $found = $inode->i_ino; $device = $inode->i_sb->s_dev; $mode = $inode->i_mode;
    $access = $file->f_mode & 3; $append = $file->f_flags & 1024;
    {_base("name", "at")}
    @opened[$group, $exe, $found, $device, $access, $append, $mode, $base, str(uptr(@name[tid]))] = count();
  }}
  delete(@name[tid]);
  delete(@at[tid]);
}}"""


def _changes(name: str, arguments: tuple[tuple[str, str], ...]) -> str:
    kept = " ".join(
        f"@path{index}[tid] = (uint64)args->{argument}; @from{index}[tid] = (int64)({at});"
        for index, (argument, at) in enumerate(arguments)
    )
    exits = "\n".join(
        f"""tracepoint:syscalls:sys_exit_{name} /@path{index}[tid]/ {{
  $group = CGROUP; {_TASK}
  if (args->ret == 0) {{
    {_base(f"path{index}", f"from{index}")}
    @changed[$group, $exe, {ON_PATHS.index((name, index))}, $base, str(uptr(@path{index}[tid]))] = count();
  }}
  delete(@path{index}[tid]);
  delete(@from{index}[tid]);
}}"""
        for index in range(len(arguments))
    )
    return f"tracepoint:syscalls:sys_enter_{name} {{ {_ours()} {kept} }} }} }}\n{exits}"


def _moves() -> str:
    """Where processes go: what their relative paths are relative to, also when that folder is gone at the end."""
    here = "(uint64)$task->fs->pwd.dentry->d_inode->i_ino"
    return f"""tracepoint:syscalls:sys_enter_chdir {{
  {_ours()} @name[tid] = (uint64)args->filename; @at[tid] = {here}; }} }}
}}
tracepoint:syscalls:sys_exit_chdir /@name[tid]/ {{
  $group = CGROUP; {_TASK}
  if (args->ret == 0) {{
    $before = *(uint8 *)uptr(@name[tid]) == 47 ? (uint64)0 : (uint64)@at[tid];
    @moved[$group, {here}, $before, str(uptr(@name[tid]))] = count();
  }}
  delete(@name[tid]);
  delete(@at[tid]);
}}"""


def _meets(name: str, address: str) -> str:
    """The path of a Unix socket stands two bytes into its address, behind the family 1; abstract names begin with 0."""
    return f"""tracepoint:syscalls:sys_enter_{name} {{ {_ours()} @met[tid] = (uint64){address}; }} }} }}
tracepoint:syscalls:sys_exit_{name} /@met[tid]/ {{
  $group = CGROUP; {_TASK}
  if (args->ret == 0 || args->ret == -115) {{
    if (*(uint16 *)uptr(@met[tid]) == 1) {{
      $base = *(uint8 *)uptr(@met[tid] + 2) == 47 ? (uint64)0 : (uint64)$task->fs->pwd.dentry->d_inode->i_ino;
      @changed[$group, $exe, {ON_PATHS.index((name, 0))}, $base, str(uptr(@met[tid] + 2))] = count();
    }}
  }}
  delete(@met[tid]);
}}"""


def _locks(name: str, condition: str) -> str:
    return f"""tracepoint:syscalls:sys_enter_{name} {{
  {_ours(condition)} {_file("args->fd")} @locked[$group, $exe, $inode->i_ino, $inode->i_sb->s_dev] = count(); }} }}
}}"""


def _maps() -> str:
    """Files mapped as code; an anonymous mapping has no file (descriptor -1, or the flag 0x20)."""
    return f"""tracepoint:syscalls:sys_enter_mmap {{
  {_ours("(args->prot & 4) && (args->flags & 32) == 0")}
    {_file("args->fd")} @mapped[$group, $exe, $inode->i_ino, $inode->i_sb->s_dev] = count();
  }} }}
}}"""


def _signals() -> str:
    """Signals that programs send (SI_USER, SI_QUEUE, SI_TKILL); the kernel's own need no right.

    The tracepoint names the target by its thread, so the threads of containers are kept track of.
    """
    return f"""tracepoint:signal:signal_generate {{
  if (args->code == 0 || args->code == -1 || args->code == -6) {{
    $target = (uint64)@member[args->pid];
    if ($target != 0) {{ @received[$target, args->sig, comm] = count(); }}
    {_ours()} @sent[$group, $exe, args->sig, args->comm] = count(); }} }}
  }}
}}
tracepoint:sched:sched_process_fork {{ {_ours()} @member[args->child_pid] = $group; }} }} }}
tracepoint:sched:sched_process_exit {{ if (@member[(int32)tid]) {{ delete(@member[(int32)tid]); }} }}"""


def _capabilities(tracepoints: set[str]) -> str:
    """Capabilities that were asked of the process itself and granted.

    Not those asked of whoever mounted a file system, in whose name an overlay works; and not those that the kernel only
    wonders about (the option 2), which a kernel without kprobes does not tell.
    """
    kept = "@granted[$group, $exe, {}] = count(); }} }} }}"
    own = "if ({} == (uint64)$task->real_cred) {{"
    if KPROBES not in tracepoints:
        return f"""tracepoint:capability:cap_capable {{
  {_ours("args->ret == 0")} {own.format("(uint64)args->cred")} {kept.format("args->cap")}
}}"""
    return f"""kprobe:cap_capable {{ if ((arg3 & 2) == 0) {{ @asked[tid] = arg2 + 1; @of[tid] = (uint64)arg0; }} }}
kretprobe:cap_capable /@asked[tid]/ {{
  {_ours("retval == 0")} {own.format("@of[tid]")} {kept.format("@asked[tid] - 1")}
  delete(@asked[tid]);
  delete(@of[tid]);
}}"""


def _end(text: str) -> str:
    """What only the script itself needs is not printed."""
    return f"END {{ {' '.join(f'clear(@{name});' for name in _STATE if f'@{name}[' in text)} }}"
