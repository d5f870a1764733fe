"""harden-runtime: stands before runc on a node and confines what the engine starts.

For `create`, `run` and `restore` it looks up the container's profile and writes AppArmor profile, seccomp filter and
no-new-privileges into the bundle's `config.json`; for `exec`, and so for health checks, it bounds the new process by
what its container was given; for `start`, when the engine has attached the container's networks and its process does
not run yet, it puts up the fence that a profile with `egress: none` asks for (`fence.py`, beside this file). Everything
else goes to runc untouched. Installed in `/usr/local/lib/harden` beside `harden-runtime`, the engine's default runtime,
which does no more than import it: Python keeps a module compiled, a program never, and compiling takes longer than all
that is done here.

Which profile: the policy file maps a swarm service's name to a profile; a container the policy does not name may ask
for one by the label `harden.profile`. The name is read from the engine's own record of the container, the
`config.v2.json` that is on disk before `create` is called. The engine is never asked: it holds a lock meanwhile.

Fails closed: whatever cannot be read, understood or trusted keeps the container from starting, and the reason goes
to runc's `--log` file, where the engine finds it, and to standard error. A container that has neither an entry nor a
label gets no-new-privileges and is otherwise left as the engine made it.

Standard library only, Python 3.9 or later. `json` is imported where it is needed: most calls are `state`,
`kill` or `delete`, and start-up is all they cost.
"""

from __future__ import annotations

import os
import stat
import sys

TYPE_CHECKING = False  # importing typing would double the start-up time
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import NoReturn

    Table = dict[str, object]
    Trust = Callable[[str, os.stat_result], None]

POLICY = "/etc/harden/policy.json"
LOADED_PROFILES = "/sys/kernel/security/apparmor/profiles"
RUNTIMES = ("/usr/bin/runc", "/usr/sbin/runc", "/usr/local/bin/runc", "/usr/local/sbin/runc")
OWNERS = (0,)
"""Who may own the policy, the filters and the real runtime."""
DEPLOY = "Run harden deploy"

SERVICE_LABEL = "com.docker.swarm.service.name"
PROFILE_LABEL = "harden.profile"
PROFILE_ANNOTATION = "harden.profile"
"""Marks the bundle of a confined container, so that a later `exec` is held to what the container was given."""
EGRESS_ANNOTATION = "harden.egress"
"""Tells `start` that the container may dial nothing beyond its networks; runc keeps annotations among its labels."""
NONE, ANY = "none", "any"
PAST_THE_FENCE = frozenset(("CAP_NET_ADMIN", "CAP_NET_RAW"))
"""Who has the first can take a fence down; packet sockets, which the second opens, go past it."""

STARTS = ("create", "run", "restore")
OPTIONS_WITH_VALUE = frozenset(
    {"log", "log-format", "root", "criu", "rootless", "cgroup-manager"}
    | {"bundle", "b", "console-socket", "pid-file", "pidfd-socket", "preserve-fds"}
    | {"image-path", "work-path", "parent-path", "manage-cgroups-mode", "empty-ns", "lsm-profile", "lsm-mount-context"}
    | {"process", "p", "cwd", "env", "e", "user", "u", "additional-gids", "g", "cgroup"}
    | {"process-label", "apparmor", "cap", "c"}
)
SWITCHES = frozenset(
    {"debug", "systemd-cgroup", "help", "h", "version", "v"}
    | {"no-pivot", "no-new-keyring", "detach", "d", "keep", "no-subreaper"}
    | {"tcp-established", "ext-unix-sk", "shell-job", "file-locks", "auto-dedup", "lazy-pages"}
    | {"tty", "t", "no-new-privs", "ignore-paused"}
)
ALIASES = {"b": "bundle", "p": "process", "c": "cap"}

SECCOMP_KEYS = frozenset(
    ("defaultAction", "defaultErrnoRet", "architectures", "flags", "listenerPath", "listenerMetadata", "syscalls"),
)
SYSCALL_KEYS = frozenset(("names", "action", "errnoRet", "args"))
"""What the OCI runtime specification defines. runc ignores other keys, such as Docker's `includes`, which would turn
a conditional permission into an unconditional one."""


class Refusal(Exception):  # noqa: N818 - a decision, not a fault of this program
    """The container may not start; says why, and what to do about it."""

    def __init__(self, reason: str, remedy: str = "") -> None:
        super().__init__(f"{reason}. {remedy}" if remedy else reason)


class Options:
    """The options before or behind a runc command, in any form Go's flag package takes, and the words among them."""

    def __init__(self, words: list[str], *, interleaved: bool) -> None:
        self.values: dict[str, list[str]] = {}
        self.rest: list[str] = []
        """The words that are no options; with `interleaved` unset everything from the first of them on."""
        at = 0
        while at < len(words):
            word = words[at]
            at += 1
            if word == "--" or (not self._is_option(word) and not interleaved):
                self.rest += words[at if word == "--" else at - 1 :]
                return
            if not self._is_option(word):
                self.rest.append(word)
                continue
            name, has_value, value = word.lstrip("-").partition("=")
            if name in OPTIONS_WITH_VALUE and not has_value:
                if at == len(words):
                    raise Refusal(f"{word} needs a value")
                value = words[at]
                at += 1
            elif name not in OPTIONS_WITH_VALUE and name not in SWITCHES:
                raise Refusal(f"{word}: unknown option", "Update harden-runtime: this runc is called in a new way")
            self.values.setdefault(ALIASES.get(name, name), []).append(value)

    @staticmethod
    def _is_option(word: str) -> bool:
        return len(word) > 1 and word.startswith("-")

    def last(self, name: str, default: str = "") -> str:
        """The value that counts when an option stands more than once."""
        return self.values.get(name, [default])[-1]


def main(argv: list[str]) -> NoReturn:
    """Confine where there is something to confine, then become runc."""
    general = None
    try:
        general = Options(argv[1:], interleaved=False)
        command = general.rest[0] if general.rest else ""
        if command in STARTS:
            runtime = confine_bundle(general.rest)
        elif command == "exec":
            runtime = confine_process(general)
        elif command == "start":
            runtime = confine_network(general)
        else:
            runtime = real_runtime(configured_runtime())
        os.execv(runtime, [runtime, *argv[1:]])  # noqa: S606 - becoming runc is the purpose
    except Refusal as refusal:
        complain(general, str(refusal))
    except Exception as error:  # noqa: BLE001 - a bug here must be readable in the engine's message, not only in a traceback
        complain(general, f"internal error, nothing was started: {type(error).__name__}: {error}")
    sys.exit(1)


def confine_bundle(words: list[str]) -> str:
    """Write the container's profile into its bundle; returns the path of the runtime to become."""
    policy = load_policy()
    options = Options(words[1:], interleaved=True)
    container = container_of(words[0], options)
    bundle = os.path.abspath(options.last("bundle", "."))
    path = os.path.join(bundle, "config.json")
    spec = read_table(path, "bundle")
    process = table(spec.get("process"), f"{path}: process")
    annotations = table(spec.get("annotations") or {}, f"{path}: annotations")
    for name in (PROFILE_ANNOTATION, EGRESS_ANNOTATION):
        annotations.pop(name, None)
    process["noNewPrivileges"] = True
    role = role_of(policy, spec, bundle, container)
    if role is not None:
        profile = profile_of(policy, role)
        if "lsm-profile" in options.values:
            raise Refusal(f"{container}: --lsm-profile may not replace the profile {role!r}")
        process["noNewPrivileges"] = profile.get("no_new_privileges", True)
        if "apparmor" in profile:
            process["apparmorProfile"] = loaded(str(profile["apparmor"]))
        if "seccomp" in profile:
            linux = table(spec.get("linux") or {}, f"{path}: linux")
            spec["linux"] = {**linux, "seccomp": seccomp_filter(str(profile["seccomp"]))}
        annotations[PROFILE_ANNOTATION] = role
        if profile.get("egress", ANY) == NONE:
            require_own_network(spec, words[0], f"{container}: profile {role!r} has `egress: none`")
            process["capabilities"] = within_the_fence(process.get("capabilities"))
            annotations[EGRESS_ANNOTATION] = NONE
    if annotations or "annotations" in spec:
        spec["annotations"] = annotations
    replace(path, spec)
    return real_runtime(str(policy.get("runtime", "")))


def confine_process(general: Options) -> str:
    """Hold the process of an `exec` to its container's confinement; returns the path of the runtime to become.

    The bundle says what the container really got, also when the policy has changed since.
    """
    options = Options(general.rest[1:], interleaved=False)
    container = container_of("exec", options)
    path = os.path.join(bundle_of(general.last("root", "/run/runc"), container), "config.json")
    spec = read_table(path, "bundle")
    given = table(spec.get("process"), f"{path}: process")
    confined = PROFILE_ANNOTATION in table(spec.get("annotations") or {}, f"{path}: annotations")
    process_file = options.last("process")
    if not process_file:
        # runc starts from the bundle's own process then, which `create` has confined; options could undo that
        for name in ("apparmor", "cap", "process-label"):
            if confined and name in options.values:
                raise Refusal(f"{container}: exec --{name} may not change what its profile sets")
        return real_runtime(configured_runtime())
    process = read_table(process_file, "process file")
    process["noNewPrivileges"] = given.get("noNewPrivileges", False) if confined else True
    if confined:
        if given.get("apparmorProfile"):
            process["apparmorProfile"] = given["apparmorProfile"]
        process["capabilities"] = bounded(process.get("capabilities"), given.get("capabilities"))
    replace(process_file, process)
    return real_runtime(configured_runtime())


def confine_network(general: Options) -> str:
    """Put a created container's fence up, where it was created to have one; returns the runtime to become."""
    container = container_of("start", Options(general.rest[1:], interleaved=False))
    path = os.path.join(general.last("root", "/run/runc"), container, "state.json")
    if EGRESS_ANNOTATION.encode() in read(path, "runc's state", trust=None):
        state = read_table(path, "runc's state")
        if f"{EGRESS_ANNOTATION}={NONE}" in labels_of(state, path):
            try:
                put_up_fence(int(str(state.get("init_process_pid"))))
            except (OSError, ValueError) as error:
                raise Refusal(
                    f"{container}: cannot be kept within its networks, as `egress: none` asks: {error}",
                    "That takes nf_tables in the node's kernel (nft_ct, nft_reject_inet)",
                ) from error
    return real_runtime(configured_runtime())


def put_up_fence(pid: int) -> None:
    """Put the fence up that `fence.py` beside this file knows to build."""
    path = os.path.realpath(os.path.join(os.path.dirname(__file__), "fence.py"))
    try:
        require_trust(path, os.stat(path))
    except OSError as error:
        raise Refusal(f"{path}: fence cannot be read: {error.strerror}", DEPLOY) from error
    import fence  # type: ignore[import-not-found]  # noqa: PLC0415 - beside this on a node; only who needs it pays

    fence.put_up(pid)


def require_own_network(spec: Table, command: str, subject: str) -> None:
    """Refuse what a fence cannot be put up for: the node's network, another container's, no moment to do it in."""
    linux = spec.get("linux")
    namespaces = (linux if isinstance(linux, dict) else {}).get("namespaces") or ()
    if not any(each.get("type") == "network" and not each.get("path") for each in namespaces):
        raise Refusal(
            f"{subject}, which cannot be kept: it shares the network of the node or of another container",
            "Give it networks of its own, or write `egress: any` into its policy",
        )
    if command != "create":
        raise Refusal(f"{subject}, which cannot be kept with `{command}`", "Use create and start, as the engine does")


def within_the_fence(capabilities: object) -> Table:
    """Capability sets without those that lead past a fence."""
    sets = capabilities if isinstance(capabilities, dict) else {}
    return {name: [each for each in sets[name] or () if each not in PAST_THE_FENCE] for name in sets}


def role_of(policy: Table, spec: Table, bundle: str, container: str) -> str | None:
    """The profile meant for a container, or None when neither the policy nor a label names one."""
    labels = engine_labels(spec, bundle, container)
    service = labels.get(SERVICE_LABEL)
    services = table(policy["services"], f"{POLICY}: services")
    # the policy is the administrator's; a label comes with the stack and may only fill a gap
    role = services.get(str(service)) if service is not None else None
    if role is None:
        role = labels.get(PROFILE_LABEL)
    if role is None:
        return None
    if role not in table(policy["profiles"], f"{POLICY}: profiles"):
        subject = f"service {service}" if service is not None else f"container {container[:12]}"
        raise Refusal(
            f"{subject}: there is no profile {role!r} in {POLICY}",
            "Name one that exists, or add it and run harden deploy",
        )
    return str(role)


def engine_labels(spec: Table, bundle: str, container: str) -> Table:
    """The container's labels, from the engine's own record of it; empty when no engine stands behind the bundle."""
    for path in engine_records(spec, container):
        if not os.path.lexists(path):
            continue
        # its folder may belong to the remapped root: only the file itself has to be root's
        record = read_table(path, "the engine's record", trust=require_owner)
        if record.get("ID") != container:
            raise Refusal(f"{path}: is the record of another container than {container}")
        config = table(record.get("Config"), f"{path}: Config")
        return table(config.get("Labels") or {}, f"{path}: Labels")
    # a bind mount can hide every path that leads to the record: an engine's container without one is refused
    if os.path.basename(os.path.dirname(bundle)) == "moby" or _has_engine_hook(spec):
        raise Refusal(f"{container}: the engine's record of this container was not found", "Is its data root moved?")
    return {}


def engine_records(spec: Table, container: str) -> Iterator[str]:
    """Where the engine's record of a container may be: beside the files it mounts, and above its root file system.

    `/etc/hostname` and the like come from `<data root>/containers/<id>/`. The id there can be another container's,
    when both share a network namespace, so only the folder above is taken. User namespaces put `<uid>.<gid>` into the
    data root and change nothing else.
    """
    seen = set()
    mounts = spec.get("mounts")
    for mount in mounts if isinstance(mounts, list) else ():
        source = str(mount.get("source", "")) if isinstance(mount, dict) else ""
        folder, found, _ = source.rpartition("/containers/")
        if found and folder.startswith("/"):
            seen.add(folder)
            yield f"{folder}/containers/{container}/config.v2.json"
    folder = os.path.normpath(str(table(spec.get("root"), "bundle: root").get("path", "")))
    while folder.startswith("/") and folder != os.path.dirname(folder):
        folder = os.path.dirname(folder)
        if folder not in seen:
            yield os.path.join(folder, "containers", container, "config.v2.json")


def _has_engine_hook(spec: Table) -> bool:
    """Whether the engine's network hook is in the bundle, which stands there whatever is mounted."""
    hooks = spec.get("hooks")
    calls = hooks.get("prestart") if isinstance(hooks, dict) else None
    return any("libnetwork-setkey" in (call.get("args") or ()) for call in calls or () if isinstance(call, dict))


def bundle_of(root: str, container: str) -> str:
    """The bundle of a running container, from runc's own state."""
    path = os.path.join(root, container, "state.json")
    for label in reversed(labels_of(read_table(path, "runc's state"), path)):
        key, _, value = label.partition("=")
        if key == "bundle":
            return value
    raise Refusal(f"{path}: does not say where the bundle is")


def labels_of(state: Table, path: str) -> list[str]:
    """What runc keeps of a container's annotations, and its bundle, each as `name=value`."""
    labels = table(state.get("config"), f"{path}: config").get("labels")
    return [str(label) for label in labels] if isinstance(labels, list) else []


def container_of(command: str, options: Options) -> str:
    """The container's id; `create` and its like take exactly one word."""
    if not options.rest or (command in STARTS and len(options.rest) > 1):
        raise Refusal(f"{command}: one container id is expected, not {len(options.rest)}")
    container = options.rest[0]
    if "/" in container or container in {"", ".", ".."}:
        raise Refusal(f"{command}: {container!r} is no container id")
    return container


def load_policy() -> Table:
    """The node's policy, checked as far as every container depends on it."""
    policy = read_table(POLICY, "policy", trust=require_trust)
    if policy.get("version") != 1:
        raise Refusal(f"{POLICY}: version {policy.get('version')!r} is not 1", DEPLOY)
    unknown = set(policy) - {"version", "services", "profiles", "runtime"}
    if unknown:
        raise Refusal(f"{POLICY}: unknown key {min(unknown)!r}", DEPLOY)
    for key in ("services", "profiles"):
        policy[key] = table(policy.get(key), f"{POLICY}: {key}")
    if not isinstance(policy.get("runtime", ""), str):
        raise Refusal(f"{POLICY}: runtime must be a path")
    return policy


def profile_of(policy: Table, role: str) -> Table:
    """One profile of the policy."""
    where = f"{POLICY}: profile {role!r}"
    profile = table(table(policy["profiles"], POLICY)[role], where)
    kinds = {"apparmor": str, "seccomp": str, "no_new_privileges": bool, "egress": str}
    for key, value in profile.items():
        if key not in kinds or not isinstance(value, kinds[key]) or value == "":
            raise Refusal(f"{where}: {key!r} is unknown or not of the right type", DEPLOY)
    if profile.get("egress", ANY) not in {NONE, ANY}:
        raise Refusal(f"{where}: egress is {profile['egress']!r}, neither `none` nor `any`", DEPLOY)
    if not {"apparmor", "seccomp"} & set(profile):
        raise Refusal(f"{where}: confines nothing, it names neither apparmor nor seccomp", DEPLOY)
    return profile


def seccomp_filter(path: str) -> Table:
    """A seccomp filter in OCI form that refuses by default."""
    content = read_table(path, "seccomp filter", trust=require_trust)
    rules = content.get("syscalls")
    if not isinstance(rules, list) or not isinstance(content.get("defaultAction"), str):
        raise Refusal(f"{path}: not a seccomp filter: defaultAction or syscalls is missing", DEPLOY)
    unknown = set(content) - SECCOMP_KEYS
    for rule in rules:
        unknown |= set(table(rule, f"{path}: syscalls")) - SYSCALL_KEYS
    if unknown:
        raise Refusal(f"{path}: {min(unknown)!r} is not OCI seccomp, runc would ignore it", DEPLOY)
    if content["defaultAction"] == "SCMP_ACT_ALLOW":
        raise Refusal(f"{path}: allows every call it does not name", DEPLOY)
    return content


def loaded(profile: str) -> str:
    """An AppArmor profile's name, once the kernel has it: runc's own message would only say `no such file`."""
    remedy = f"Run apparmor_parser -r /etc/apparmor.d/{profile}, or harden deploy"
    try:
        with open(LOADED_PROFILES, encoding="utf-8", errors="replace") as lines:
            names = {line.rpartition(" (")[0] for line in lines}
    except OSError as error:
        raise Refusal(f"AppArmor profile {profile}: this kernel has no AppArmor: {error.strerror}") from error
    if profile not in names:
        raise Refusal(f"AppArmor profile {profile} is not loaded on this node", remedy)
    return profile


def bounded(wanted: object, container: object) -> Table:
    """Capability sets of a new process, cut to the container's bounding set."""
    bound = (container if isinstance(container, dict) else {}).get("bounding") or ()
    sets = wanted if isinstance(wanted, dict) else {}
    return {name: [each for each in sets[name] or () if each in bound] for name in sets}


def configured_runtime() -> str:
    """The policy's `runtime`, or nothing. A damaged policy must not keep a container from being stopped."""
    try:
        content = read(POLICY, "policy", trust=require_trust)
        return str(load_policy().get("runtime", "")) if b'"runtime"' in content else ""
    except Refusal:
        return ""


def real_runtime(configured: str) -> str:
    """The path of runc, which nobody but root may be able to replace."""
    myself = os.path.realpath(sys.argv[0])
    for path in (configured,) if configured else RUNTIMES:
        if not os.path.isabs(path):
            raise Refusal(f"{POLICY}: runtime {path!r} is not an absolute path")
        real = os.path.realpath(path)
        if os.path.isfile(real) and os.access(real, os.X_OK) and real != myself:
            require_trust(real, os.stat(real))
            return path
    raise Refusal(f"no runc at {configured or ', '.join(RUNTIMES)}", f"Install runc, or set runtime in {POLICY}")


def table(value: object, where: str) -> Table:
    """A JSON object, or a refusal that says where one was expected."""
    if not isinstance(value, dict):
        raise Refusal(f"{where}: malformed, an object is expected")
    return value


def read_table(path: str, what: str, *, trust: Trust | None = None) -> Table:
    """A file that holds one JSON object."""
    import json  # noqa: PLC0415 - commands that pass through do not pay for it

    try:
        return table(json.loads(read(path, what, trust=trust)), path)
    except (ValueError, RecursionError) as error:
        raise Refusal(f"{path}: malformed {what}: {error}", DEPLOY if trust else "") from error


def read(path: str, what: str, *, trust: Trust | None) -> bytes:
    """A regular file's content, when `trust` has nothing against it."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        with open(descriptor, "rb") as source:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise Refusal(f"{path}: {what} is not a regular file")
            if trust:
                trust(path, status)
            return source.read()
    except OSError as error:
        raise Refusal(f"{path}: {what} cannot be read: {error.strerror}", DEPLOY if trust else "") from error


def require_owner(path: str, status: os.stat_result) -> None:
    """Refuse a file that others than root can write."""
    if status.st_uid not in OWNERS or status.st_mode & 0o022:
        state = f"owner {status.st_uid}, mode {stat.S_IMODE(status.st_mode):04o}"
        raise Refusal(f"{path}: others than root can change it ({state})", f"chown root {path} && chmod go-w {path}")


def require_trust(path: str, status: os.stat_result) -> None:
    """Refuse a file that others than root can write, or put another in the place of."""
    require_owner(path, status)
    folder = os.path.dirname(os.path.abspath(path))
    while folder != os.path.dirname(folder):
        above = os.stat(folder)
        # in a sticky folder, such as /tmp, others cannot replace root's files
        if above.st_uid not in OWNERS or (above.st_mode & 0o022 and not above.st_mode & stat.S_ISVTX):
            raise Refusal(f"{path}: others than root can change the folder {folder}", f"chmod go-w {folder}")
        folder = os.path.dirname(folder)


def replace(path: str, content: Table) -> None:
    """Put new content in a file's place in one step, with the same owner and mode."""
    import json  # noqa: PLC0415 - see read_table

    fresh = f"{path}.{os.urandom(6).hex()}"
    try:
        status = os.stat(path, follow_symlinks=False)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        with open(descriptor, "w", encoding="ascii") as target:
            json.dump(content, target, separators=(",", ":"))
            os.fchown(descriptor, status.st_uid, status.st_gid)
            os.fchmod(descriptor, stat.S_IMODE(status.st_mode))
        os.replace(fresh, path)
    except OSError as error:
        if os.path.lexists(fresh):
            os.unlink(fresh)
        raise Refusal(f"{path}: cannot be rewritten: {error.strerror}") from error


def complain(general: Options | None, reason: str) -> None:
    """Say why, where the engine looks for it and where a person does."""
    import json  # noqa: PLC0415 - see read_table
    import time  # noqa: PLC0415 - only a refusal needs the time

    message = f"harden-runtime: {reason}"
    print(message, file=sys.stderr)
    if general is None or not general.last("log"):
        return
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    line = json.dumps({"level": "error", "msg": message, "time": moment})
    if general.last("log-format", "text") != "json":
        line = f'time="{moment}" level=error msg={json.dumps(message)}'
    try:
        with open(general.last("log"), "a", encoding="utf-8") as log:
            log.write(line + "\n")
    except OSError as error:
        print(f"harden-runtime: {general.last('log')}: cannot be written: {error.strerror}", file=sys.stderr)
