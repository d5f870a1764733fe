"""What was read from a cluster, once. Everything after it is pure."""

from msgspec import Struct

from .engine import EngineInfo, Image, Inspect, Network
from .known import Known, Unavailable
from .moment import Moment
from .role import RoleSummary
from .swarm import Cluster, Service, Stored, SwarmNode, Task
from .waiver import WaiverUse

FACTS_VERSION = 1
"""Raised when a stored facts file of the previous form can no longer be read."""


REDACTED = "<redacted>"
"""Stands for what a node took for a secret; nodes, which have nothing of this package, know it as `redaction.MARK`."""
LEFT_OUT = (
    "Not in here: values of environment variables, contents of secrets and configs, join tokens, keys, password "
    f"hashes. What looks like a password in an argument, a label or a setting is replaced by {REDACTED}."
)
"""What every facts file says of itself."""


class FileFacts(Struct, frozen=True):
    """A file's inode: `kind` is file, directory, socket, link or other; `mode` the permission bits.

    `mtime` is in seconds since the epoch; `sha256` is empty where the content was not asked for. A link is followed:
    `link` holds where it points, and the rest describes the target (the link itself when it leads nowhere). `acl` tells
    that a list beside the permission bits names further users or groups.
    """

    kind: str
    mode: int
    uid: int
    gid: int
    user: str
    group: str
    size: int
    mtime: float
    sha256: str = ""
    link: str = ""
    acl: bool = False


class DiskFacts(Struct, frozen=True):
    """The file system that holds a path; bytes."""

    path: str
    mount_point: str
    device: str
    total: int
    free: int


class Listener(Struct, frozen=True):
    """A listening socket of the host."""

    protocol: str
    address: str
    port: int
    program: str


class ProcessFacts(Struct, frozen=True):
    """One process as the kernel describes it: `/proc/<pid>/{attr/current,status,uid_map}`.

    Attributes:
        pid: on the node.
        command: `comm`, at most 15 characters.
        executable: path inside the container, empty when the kernel did not tell.
        apparmor: label with its mode, such as `harden-nginx (enforce)`; `unconfined`.
        seccomp: 0 off, 1 strict, 2 filter.
        no_new_privileges: the NoNewPrivs bit.
        cap_effective: CapEff as a bit mask; the other sets likewise.
        uid: effective user id on the node.
        uid_map: lines of `inside outside count`.
    """

    pid: int
    command: str
    executable: str
    apparmor: Known[str] | Unavailable
    seccomp: int
    no_new_privileges: bool
    cap_effective: int
    cap_permitted: int
    cap_inheritable: int
    cap_bounding: int
    cap_ambient: int
    uid: int
    uid_map: tuple[tuple[int, int, int], ...]


class Account(Struct, frozen=True):
    """A user of a container's own `/etc/passwd`.

    `locked` tells that no password opens it; no hash is ever collected.
    """

    name: str
    uid: int
    shell: str
    locked: bool


class TlsServer(Struct, frozen=True):
    """What a TLS server inside a container answered when it was called on its own loopback.

    Attributes:
        address: as the kernel lists it.
        port: in the container.
        server_name: the name that was asked for; empty for none.
        protocols: version -> whether the server speaks it; a version that this node's TLS library lacks is not there.
        certificate: the server's own certificate in PEM; empty when it sent none.
    """

    address: str
    port: int
    server_name: str
    protocols: dict[str, bool]
    certificate: str = ""


class Inside(Struct, frozen=True):
    """What a container holds, seen from its own root. Asked only where a program needs it, such as a web server.

    Attributes:
        files: path in the container -> its inode; `Known(None)` when there is no such file. Users and groups are the
            container's own.
        users: numbers of the users that its processes run as, the container's own.
        accounts: those of these users that have one.
        certificates: path -> certificates in PEM; what else such a file holds stays where it is.
        endpoints: its TLS servers.
    """

    files: dict[str, Known[FileFacts | None] | Unavailable] = {}
    users: tuple[int, ...] = ()
    accounts: Known[tuple[Account, ...]] | Unavailable = Unavailable("was not asked")
    certificates: dict[str, Known[str] | Unavailable] = {}
    endpoints: Known[tuple[TlsServer, ...]] | Unavailable = Unavailable("was not asked")


class ContainerFacts(Struct, frozen=True):
    """A running container: the engine's word (`inspect`) and the kernel's (`processes`, first is the init process).

    Attributes:
        inspect: the engine's document.
        processes: every process of the container.
        root_read_only: the `ro` option of `/` in the container's own mount table.
        texts: what a program's own files say, by name, until the gatherer has understood them.
        inside: what the gatherer looked at inside.
        fence: what its network namespace lacks of the fence that `egress: none` stands for; empty where it stands.
    """

    inspect: Inspect
    processes: Known[tuple[ProcessFacts, ...]] | Unavailable
    root_read_only: Known[bool] | Unavailable
    texts: dict[str, Known[str] | Unavailable] = {}
    inside: Known[Inside] | Unavailable = Unavailable("was not asked")
    fence: Known[str] | Unavailable = Unavailable("was not asked")

    @property
    def service(self) -> str:
        """Name of the swarm service the container belongs to; empty for a plain container."""
        return self.label("com.docker.swarm.service.name")

    def runs(self, program: str) -> bool:
        """Whether a process of that name was seen in the container."""
        return isinstance(self.processes, Known) and any(each.command == program for each in self.processes.value)

    def label(self, name: str) -> str:
        """A label of the container; empty when it has none of that name."""
        return (self.inspect.config.labels or {}).get(name, "")


class ImageBuild(Struct, frozen=True):
    """What an image's history tells of how it was built. The steps' texts stay on the node: they may hold secrets.

    Attributes:
        steps: how many the history names.
        adds: numbers of the steps, from 1, that bring files in by ADD; not the first, for a base comes no other way.
        lone_updates: steps that refresh a package index and install nothing from it.
        unverified: options that switch off the checking of packages, such as `--allow-unauthenticated`.
        arguments: names of the build arguments that steps were given.
    """

    steps: int
    adds: tuple[int, ...] = ()
    lone_updates: tuple[int, ...] = ()
    unverified: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()


class ImagePrograms(Struct, frozen=True):
    """Programs in the usual folders of an image, as one of its containers sees them.

    Attributes:
        count: of all.
        tools: paths of package managers, compilers, debuggers and remote shells.
        privileged: paths with a setuid or setgid bit.
    """

    count: int
    tools: tuple[str, ...] = ()
    privileged: tuple[str, ...] = ()


class StoppedContainer(Struct, frozen=True):
    """A container that does not run; `created` is in seconds since the epoch, `service` empty for a plain one."""

    name: str
    state: str
    created: float
    service: str = ""


class EngineFacts(Struct, frozen=True):
    """One node's engine.

    `builds` and `programs` are by image id, of the images that containers run; `stopped` are those that do not run.
    """

    info: EngineInfo
    api_version: str
    component_versions: dict[str, str]
    containers: Known[tuple[ContainerFacts, ...]] | Unavailable
    networks: Known[tuple[Network, ...]] | Unavailable
    images: Known[tuple[Image, ...]] | Unavailable
    builds: dict[str, Known[ImageBuild] | Unavailable] = {}
    programs: dict[str, Known[ImagePrograms] | Unavailable] = {}
    stopped: Known[tuple[StoppedContainer, ...]] | Unavailable = Unavailable("was not asked")


class SwarmFacts(Struct, frozen=True):
    """The cluster, as a manager sees it. `seen_from` names that manager."""

    seen_from: str
    cluster: Cluster
    nodes: tuple[SwarmNode, ...]
    services: tuple[Service, ...]
    tasks: tuple[Task, ...]
    networks: tuple[Network, ...]
    secrets: tuple[Stored, ...]
    configs: tuple[Stored, ...]


class Route(Struct, frozen=True):
    """A network that a machine reaches by an interface, such as 10.0.0.0/16 by eth0; the default route is none."""

    network: str
    interface: str


class NodeFacts(Struct, frozen=True):
    """One machine, read in one round trip by `node/collector.py`.

    Attributes:
        time: seconds since the epoch, by the node's clock.
        lsm: active kernel security modules.
        apparmor_profiles: loaded profile -> mode (enforce, complain, …).
        apparmor_in_force: loaded profile of harden's -> whether its rules are those of its file in /etc/apparmor.d.
        sysctls: kernel parameter -> value, of those that matter; one that is missing does not exist in this kernel.
        audit_rules: of the kernel's audit, in the words of `auditctl -l` as far as they are about files.
        files: path -> its inode, `Known(None)` when there is no such file.
        daemon_config: `daemon.json` as JSON text of an object; `{}` when there is none.
        daemon_argv: command line of the running dockerd.
        daemon_started: when the running dockerd was started, seconds since the epoch by the node's clock.
        policy: `/etc/harden/policy.json` as text; empty when there is none.
        groups: group name -> members, of the groups that matter (docker).
        programs: program -> path, of those that a deploy or a check needs; empty path when missing.
        swarm: only from managers.
        transparent_hugepages: always, madvise or never.
        swarm_certificate: the node's own certificate in the swarm and its issuer's, in PEM, without the key.
        routes: IPv4 networks that the machine itself reaches, those of its engine included.
    """

    hostname: str
    kernel: str
    os_name: str
    architecture: str
    cpus: int
    memory: int
    time: float
    python: str
    lsm: Known[tuple[str, ...]] | Unavailable
    apparmor_profiles: Known[dict[str, str]] | Unavailable
    sysctls: Known[dict[str, str]] | Unavailable
    audit_rules: Known[tuple[str, ...]] | Unavailable
    files: dict[str, Known[FileFacts | None] | Unavailable]
    disks: tuple[DiskFacts, ...]
    listeners: Known[tuple[Listener, ...]] | Unavailable
    groups: dict[str, tuple[str, ...]]
    programs: dict[str, str]
    daemon_config: Known[str] | Unavailable
    daemon_argv: Known[tuple[str, ...]] | Unavailable
    daemon_started: Known[float] | Unavailable
    policy: Known[str] | Unavailable
    engine: Known[EngineFacts] | Unavailable
    swarm: Known[SwarmFacts] | Unavailable
    transparent_hugepages: Known[str] | Unavailable = Unavailable("was not asked")
    swarm_certificate: Known[str] | Unavailable = Unavailable("was not asked")
    routes: Known[tuple[Route, ...]] | Unavailable = Unavailable("was not asked")
    apparmor_in_force: Known[dict[str, bool]] | Unavailable = Unavailable("was not asked")

    @property
    def has_apparmor(self) -> bool:
        """Whether the kernel was seen to have AppArmor active."""
        return isinstance(self.lsm, Known) and "apparmor" in self.lsm.value


class MongoUser(Struct, frozen=True):
    """A database user, without credentials."""

    name: str
    database: str
    mechanisms: tuple[str, ...]
    roles: tuple[tuple[str, str], ...]
    """(role, database)"""


class OfferedCertificate(Struct, frozen=True):
    """What a server shows of itself in a TLS handshake. Times are seconds since the epoch.

    Attributes:
        names: DNS names and IP addresses it is for.
        fingerprint: SHA-256 of the whole, in hex.
    """

    subject: str
    names: tuple[str, ...]
    not_before: float
    not_after: float
    fingerprint: str


class MongoMember(Struct, frozen=True):
    """One running mongod.

    Documents (`cmd_line`, `parameters`, `config`, `status`, …) are JSON text of the server's own answer.
    """

    service: str
    node: str
    container: str
    version: Known[str] | Unavailable
    modules: Known[tuple[str, ...]] | Unavailable
    hello: Known[str] | Unavailable
    cmd_line: Known[str] | Unavailable
    parameters: Known[str] | Unavailable
    replica_config: Known[str] | Unavailable
    replica_status: Known[str] | Unavailable
    default_concern: Known[str] | Unavailable
    users: Known[tuple[MongoUser, ...]] | Unavailable
    startup_warnings: Known[tuple[str, ...]] | Unavailable
    anonymous: Known[str] | Unavailable
    """What a client without credentials got for `listDatabases`: `ok`, or the error's code name."""
    host_info: Known[str] | Unavailable = Unavailable("was not asked")
    authenticated_as: Known[str] | Unavailable = Unavailable("was not asked")
    """Who asked for the rest: `auditor`, `__system` (an arbiter holds no users); `nobody` where no login is needed."""
    plaintext: Known[str] | Unavailable = Unavailable("was not asked")
    """What a client without TLS got for `hello`: `answered`, or `refused`."""
    certificate: Known[OfferedCertificate] | Unavailable = Unavailable("was not asked")
    asked_over: Known[str] | Unavailable = Unavailable("was not asked")
    """How the rest was asked for: `verified TLS`, `unverified TLS` (nothing told which authority to trust), `plaintext`
    where the server speaks no TLS."""
    inside: Known[Inside] | Unavailable = Unavailable("was not asked")


class Directive(Struct, frozen=True):
    """One NGINX directive; `block` holds what is inside its braces, None when it has none."""

    name: str
    args: tuple[str, ...]
    file: str
    line: int
    block: tuple["Directive", ...] | None = None


class NginxServer(Struct, frozen=True):
    """One running NGINX, by the files of its container; nothing is run there."""

    service: str
    node: str
    container: str
    version: Known[str] | Unavailable
    config: Known[tuple[Directive, ...]] | Unavailable
    inside: Known[Inside] | Unavailable = Unavailable("was not asked")


class Facts(Struct, frozen=True):
    """Everything that was read, and when (seconds since the epoch, by the operator's clock).

    What is wanted rather than read is None when no project said so: the host ports that services may publish, the
    registries that images may come from, the image digests that each role's recordings were made with, and what each
    role's profiles stand on. `waivers` is what the project accepts and what that met; None until an audit found out.
    """

    gathered_at: Moment
    nodes: dict[str, Known[NodeFacts] | Unavailable]
    mongo: tuple[MongoMember, ...]
    nginx: tuple[NginxServer, ...]
    version: int = FACTS_VERSION
    allowed_ports: tuple[int, ...] | None = None
    allowed_registries: tuple[str, ...] | None = None
    evidence: dict[str, tuple[str, ...]] | None = None
    roles: dict[str, RoleSummary] | None = None
    left_out: str = LEFT_OUT
    waivers: tuple[WaiverUse, ...] | None = None

    @property
    def swarm(self) -> Known[SwarmFacts] | Unavailable:
        """The cluster as the first manager that answered sees it."""
        reasons = []
        for name, node in self.nodes.items():
            match node:
                case Known(value=facts):
                    match facts.swarm:
                        case Known():
                            return facts.swarm
                        case Unavailable(reason=reason):
                            reasons.append(f"{name}: {reason}")
                case Unavailable(reason=reason):
                    reasons.append(f"{name}: {reason}")
        return Unavailable("; ".join(reasons) or "no node was read")
