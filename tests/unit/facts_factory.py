"""Facts of a small hardened cluster, to be altered in one place by each test.

Everything has the value it should have; a test names what is different.
"""

import json
from datetime import date
from functools import cache
from typing import Any, TypeVar

import msgspec

from hardening.facts import nginx
from hardening.model.engine import (
    Addresses,
    ContainerConfig,
    ContainerRestartPolicy,
    ContainerState,
    Endpoint,
    EngineInfo,
    Health,
    HostConfig,
    Image,
    Inspect,
    LogConfig,
    LogOptions,
    Mount,
    Network,
    NetworkSettings,
    RegistryConfig,
    Subnet,
    SwarmState,
)
from hardening.model.facts import (
    Account,
    ContainerFacts,
    DiskFacts,
    EngineFacts,
    Facts,
    FileFacts,
    ImageBuild,
    ImagePrograms,
    Inside,
    Listener,
    MongoMember,
    MongoUser,
    NginxServer,
    NodeFacts,
    OfferedCertificate,
    ProcessFacts,
    Route,
    StoppedContainer,
    SwarmFacts,
    TlsServer,
)
from hardening.model.known import Known, Unavailable
from hardening.model.profile import Risk
from hardening.model.review import ItemKind
from hardening.model.role import OpenQuestion, Proof, RoleSummary
from hardening.model.stack import STACK_LABEL
from hardening.model.swarm import (
    CaConfig,
    Cluster,
    ConfigReference,
    ContainerSpec,
    ContainerStatus,
    EncryptionConfig,
    EndpointSpec,
    FileTarget,
    Limits,
    ManagerStatus,
    ReplicatedMode,
    Resources,
    RestartPolicy,
    SecretReference,
    Service,
    ServiceMode,
    ServiceSpec,
    Stored,
    StoredSpec,
    SwarmNode,
    SwarmNodeDescription,
    SwarmNodeSpec,
    SwarmNodeStatus,
    SwarmSpec,
    Task,
    TaskStatus,
    TaskTemplate,
    TlsInfo,
    Version,
)
from hardening.model.waiver import Waiver, WaiverUse

T = TypeVar("T", bound=msgspec.Struct)
NOW = 1_795_000_000.0
"""18 November 2026."""
GB = 1 << 30
IMAGE = "registry:5000/web@sha256:" + "a" * 64
IMAGE_ID = "sha256:" + "b" * 64
RUNTIME = "/usr/local/lib/harden/harden-runtime"
RUNTIME_MODULE = "/usr/local/lib/harden/runtime.py"
FENCE = "/usr/local/lib/harden/fence.py"
POLICY = {
    "version": 1,
    "services": {"shop_web": "web"},
    "profiles": {
        "web": {
            "apparmor": "harden-web",
            "seccomp": "/etc/harden/seccomp/web.json",
            "no_new_privileges": True,
            "egress": "none",
        }
    },
}
SETTINGS: dict[str, object] = {
    "no-new-privileges": True,
    "icc": False,
    "userland-proxy": False,
    "userns-remap": "default",
    "log-driver": "json-file",
    "log-opts": {"max-size": "10m", "max-file": "3"},
    "default-runtime": "harden",
    "default-ulimits": {"nofile": {"Name": "nofile", "Soft": 64000, "Hard": 64000}},
}


def _altered(made: T, changes: dict[str, Any]) -> T:
    """A structure with fields changed; a field that it lacks is looked for in the structures it holds."""
    own = {key: value for key, value in changes.items() if key in made.__struct_fields__}
    left = {key: value for key, value in changes.items() if key not in own}
    made = msgspec.structs.replace(made, **own)
    for field in made.__struct_fields__:
        inner = getattr(made, field)
        if isinstance(inner, msgspec.Struct) and left and field not in own:
            fitting = {key: value for key, value in left.items() if _has(inner, key)}
            if fitting:
                made = msgspec.structs.replace(made, **{field: _altered(inner, fitting)})
                left = {key: value for key, value in left.items() if key not in fitting}
    if left:
        raise TypeError(f"{type(made).__name__} has no {', '.join(left)}")
    return made


def _has(made: msgspec.Struct, key: str) -> bool:
    if key in made.__struct_fields__:
        return True
    return any(
        isinstance(inner, msgspec.Struct) and _has(inner, key)
        for inner in (getattr(made, field) for field in made.__struct_fields__)
    )


def missing(reason: str = "permission denied") -> Unavailable:
    """A fact that could not be read."""
    return Unavailable(reason)


def file(mode: int = 0o644, user: str = "root", group: str = "root", **changes: Any) -> Known[FileFacts | None]:  # noqa: ANN401 - any field of the structure, here and below
    uid, gid = (0 if name == "root" else 1000 for name in (user, group))
    made = FileFacts("file", mode, uid, gid, user, group, 100, NOW - 5000, "ab" * 32)
    return Known(msgspec.structs.replace(made, **changes))


NO_FILE: Known[FileFacts | None] = Known(None)


def files(**changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """The files of a node; a keyword's value is (path, file)."""
    folder = file(0o755, kind="directory", sha256="")
    program = file(0o755, sha256="")
    unit, absent = file(sha256=""), NO_FILE
    made = {
        "/etc/docker": folder,
        "/etc/docker/daemon.json": file(),
        "/etc/default/docker": unit,
        "/etc/sysconfig/docker": absent,
        "/etc/containerd": absent,
        "/etc/containerd/config.toml": absent,
        "/etc/apparmor.d": folder,
        "/etc/harden": folder,
        "/etc/harden/seccomp": folder,
        "/usr/local/lib/harden": folder,
        "/usr/local/lib/harden/__pycache__": folder,
        "/etc/harden/policy.json": file(),
        "/etc/harden/seccomp/web.json": file(),
        "/etc/apparmor.d/harden-web": file(),
        RUNTIME: file(0o755),
        RUNTIME_MODULE: file(),
        FENCE: file(),
        "/lib/systemd/system/containerd.service": unit,
        "/lib/systemd/system/docker.service": unit,
        "/lib/systemd/system/docker.socket": unit,
        "/etc/systemd/system/containerd.service": absent,
        "/etc/systemd/system/docker.service": absent,
        "/etc/systemd/system/docker.socket": absent,
        "/run/docker.sock": file(0o660, "root", "docker", kind="socket", sha256=""),
        "/run/containerd": folder,
        "/run/containerd/containerd.sock": file(0o660, kind="socket", sha256=""),
        "/var/lib/docker": folder,
        "/usr/bin/dockerd": absent,
        "/usr/sbin/dockerd": program,
        "/usr/bin/containerd": program,
        "/usr/bin/containerd-shim": absent,
        "/usr/bin/containerd-shim-runc-v1": absent,
        "/usr/bin/containerd-shim-runc-v2": program,
        "/usr/bin/runc": absent,
        "/usr/sbin/runc": program,
    }
    return made | dict(changes.values())


AUDIT_RULES = tuple(
    f"-w {path} -p wa -k harden"
    for path in (
        "/var/lib/docker",
        "/usr/sbin/dockerd",
        "/usr/bin/containerd",
        "/usr/bin/containerd-shim-runc-v2",
        "/usr/sbin/runc",
        "/etc/docker",
        "/etc/harden",
        "/etc/default/docker",
        "/usr/lib/systemd/system/docker.service",
        "/usr/lib/systemd/system/docker.socket",
        "/run/docker.sock",
        "/run/containerd",
    )
)
SYSCTLS = {
    "kernel.dmesg_restrict": "1",
    "kernel.kptr_restrict": "2",
    "kernel.randomize_va_space": "2",
    "kernel.unprivileged_bpf_disabled": "2",
    "kernel.yama.ptrace_scope": "1",
    "net.core.bpf_jit_harden": "2",
    "fs.protected_hardlinks": "1",
    "fs.protected_symlinks": "1",
    "fs.protected_fifos": "2",
    "fs.protected_regular": "2",
    "fs.suid_dumpable": "0",
}


def process(**changes: Any) -> ProcessFacts:  # noqa: ANN401
    made = ProcessFacts(
        pid=4242,
        command="web",
        executable="/usr/bin/web",
        apparmor=Known("harden-web (enforce)"),
        seccomp=2,
        no_new_privileges=True,
        cap_effective=0,
        cap_permitted=0,
        cap_inheritable=0,
        cap_bounding=0,
        cap_ambient=0,
        uid=110001,
        uid_map=((0, 100000, 65536),),
    )
    return msgspec.structs.replace(made, **changes)


def inspect(**changes: Any) -> Inspect:  # noqa: ANN401
    """The engine's document of task 1 of shop_web; keywords of its inner structures are taken too.

    `image` is the engine's id; `image_name` is what the container was started with.
    """
    made = Inspect(
        id="c1",
        name="/shop_web.1.t1",
        image=IMAGE_ID,
        created="2026-11-01T10:00:00Z",
        state=ContainerState("running", 4242, Health("healthy")),
        config=ContainerConfig(
            image=changes.pop("image_name", IMAGE),
            user="10001:10001",
            env=("PATH", "PWD", "KEY_FILE"),
            labels={
                "com.docker.swarm.service.name": "shop_web",
                "com.docker.swarm.task.id": "t1",
                "com.docker.swarm.task.name": "shop_web.1.t1",
            },
        ),
        host_config=HostConfig(
            readonly_rootfs=True,
            cap_drop=("CAP_ALL",),
            network_mode="default",
            memory=GB,
            nano_cpus=10**9,
            pids_limit=100,
            restart_policy=ContainerRestartPolicy("no"),
            log_config=LogConfig("json-file", LogOptions("10m")),
        ),
        app_armor_profile="docker-default",
        mounts=(Mount("volume", "/var/lib/docker/volumes/x/_data", "/data", rw=True),),
        network_settings=NetworkSettings(networks={"shop_data": Endpoint("n1")}),
    )
    return _altered(made, changes)


def plain_inspect(**changes: Any) -> Inspect:  # noqa: ANN401
    """A container that is no swarm task."""
    return inspect(**{"labels": {}, "name": "/tool", "id": "c2"} | changes)


def container(inspected: Inspect | None = None, *processes: ProcessFacts, **changes: Any) -> ContainerFacts:  # noqa: ANN401
    made = ContainerFacts(inspected or inspect(), Known(processes or (process(),)), Known(value=True), fence=Known(""))
    return msgspec.structs.replace(made, **changes)


def engine(*containers: ContainerFacts, **changes: Any) -> EngineFacts:  # noqa: ANN401
    made = EngineFacts(
        info=EngineInfo(
            server_version="28.5.2",
            driver="overlay2",
            docker_root_dir="/var/lib/docker/100000.100000",
            security_options=("name=apparmor", "name=seccomp,profile=builtin", "name=userns", "name=cgroupns"),
            default_runtime="harden",
            runtimes={"harden": {"path": RUNTIME}, "runc": {"path": "runc"}},
            cgroup_version="2",
            logging_driver="json-file",
            registry_config=RegistryConfig(("::1/128", "127.0.0.0/8")),
            swarm=SwarmState("m1", "10.0.0.1", "active", control_available=True),
        ),
        api_version="1.51",
        component_versions={"Engine": "28.5.2", "containerd": "1.7.29", "runc": "1.3.3"},
        containers=Known(containers),
        networks=Known(
            (Network("b", "bridge", "bridge", "local", options={"com.docker.network.bridge.enable_icc": "false"}),)
        ),
        images=Known((Image(IMAGE_ID, repo_digests=(IMAGE,), created=int(NOW - 86400), size=10**8),)),
        builds={IMAGE_ID: Known(ImageBuild(4, arguments=("VERSION",)))},
        programs={IMAGE_ID: Known(ImagePrograms(20, privileged=("/usr/bin/su",)))},
        stopped=Known((StoppedContainer("shop_web.1.t0", "exited", NOW - 5000, "shop_web"),)),
    )
    return _altered(made, changes)


def node(*containers: ContainerFacts, **changes: Any) -> NodeFacts:  # noqa: ANN401
    made = NodeFacts(
        hostname="node1",
        kernel="6.12.48+deb13-amd64",
        os_name="Debian GNU/Linux 13 (trixie)",
        architecture="x86_64",
        cpus=2,
        memory=4 * GB,
        time=NOW,
        python="3.13.5",
        lsm=Known(("lockdown", "yama", "apparmor", "bpf")),
        apparmor_profiles=Known({"docker-default": "enforce", "harden-web": "enforce"}),
        apparmor_in_force=Known({"harden-web": True}),
        sysctls=Known(SYSCTLS),
        audit_rules=Known(AUDIT_RULES),
        files=files(),
        disks=(
            DiskFacts("/", "/", "/dev/vda1", 20 * GB, 10 * GB),
            DiskFacts("/var/lib/docker/100000.100000", "/var/lib/docker", "/dev/vdb1", 20 * GB, 10 * GB),
        ),
        listeners=Known(
            (Listener("tcp", "0.0.0.0", 22, "sshd"), Listener("tcp", "10.0.0.1", 2377, "dockerd"))  # noqa: S104 - a fact
        ),
        groups={"docker": ()},
        programs={},
        daemon_config=Known(json.dumps(SETTINGS)),
        daemon_argv=Known(("/usr/sbin/dockerd", "-H", "fd://")),
        daemon_started=Known(NOW - 1000),
        policy=Known(json.dumps(POLICY)),
        engine=Known(engine(*containers)),
        swarm=Known(swarm()),
        transparent_hugepages=Known("never"),
        swarm_certificate=Known(certificate_pem()),
        routes=Known((Route("192.168.7.0/24", "eth0"), Route("10.0.1.0/24", "docker_gwbridge"))),
    )
    return msgspec.structs.replace(made, **changes)


def settings(**changes: object) -> Known[str]:
    """daemon.json with some keys changed (`log_level` is `log-level`); None takes one away."""
    merged = SETTINGS | {key.replace("_", "-"): value for key, value in changes.items()}
    return Known(json.dumps({key: value for key, value in merged.items() if value is not None}))


def member(number: int = 1, **changes: Any) -> SwarmNode:  # noqa: ANN401
    """A manager of the swarm that accepts no tasks."""
    made = SwarmNode(
        id=f"m{number}",
        version=Version(1),
        spec=SwarmNodeSpec("manager", "drain", {}),
        description=SwarmNodeDescription(f"node{number}"),
        status=SwarmNodeStatus("ready", f"10.0.0.{number}"),
        manager_status=ManagerStatus("reachable", f"10.0.0.{number}:2377", leader=number == 1),
    )
    return _altered(made, changes)


def worker(number: int) -> SwarmNode:
    """A member that accepts tasks."""
    return member(number, role="worker", availability="active", manager_status=None)


def service(name: str = "shop_web", **changes: Any) -> Service:  # noqa: ANN401
    container_spec = ContainerSpec(
        image=IMAGE,
        user="10001:10001",
        read_only=True,
        secrets=(SecretReference("s1", "shop_key_1", FileTarget("key", "10001", "10001", 0o400)),),
        configs=(ConfigReference("k1"),),
        capability_drop=("ALL",),
    )
    template = TaskTemplate(
        container_spec=container_spec,
        resources=Resources(Limits(10**9, GB, 100)),
        restart_policy=RestartPolicy("any", 5 * 10**9),
        networks=({"Target": "n1"},),
    )
    made = Service(
        id=name,
        version=Version(3),
        created_at="2026-11-01T10:00:00Z",
        updated_at="2026-11-01T10:00:00Z",
        spec=ServiceSpec(name, template, mode=ServiceMode(ReplicatedMode(1)), endpoint_spec=EndpointSpec("dnsrr")),
    )
    return _altered(made, changes)


def deployed(stack: str, document: dict[str, Any]) -> tuple[Service, ...]:
    """Services as a swarm has them right after a Compose document was deployed; of its keys, images and secrets."""
    made = []
    for key, each in document["services"].items():
        uses: list[Any] = [use if isinstance(use, dict) else {"source": use} for use in each.get("secrets", ())]
        names = document.get("secrets", {})
        secrets = tuple(
            SecretReference("s", names[use["source"]]["name"], FileTarget(use.get("target", use["source"])))
            for use in uses
        )
        container = ContainerSpec(each["image"], each.get("labels"), secrets=secrets)
        template = TaskTemplate(container, networks=({"Target": f"{stack}_default"},))
        labels = {STACK_LABEL: stack, **each["deploy"]["labels"]}
        spec = ServiceSpec(f"{stack}_{key}", template, labels, ServiceMode(ReplicatedMode(1)))
        made.append(Service(spec.name, Version(1), "", "", spec))
    return tuple(made)


def task(of: Service | None = None, **changes: Any) -> Task:  # noqa: ANN401
    parent = of or service()
    made = Task(
        id="t1",
        service_id=parent.id,
        node_id="w4",
        slot=1,
        spec=parent.spec.task_template,
        status=runs("c1"),
        desired_state="running",
    )
    return msgspec.structs.replace(made, **changes)


def runs(identity: str) -> TaskStatus:
    """The state of a task whose container runs."""
    return TaskStatus("running", container_status=ContainerStatus(identity, 4242))


def overlay(name: str = "shop_data", **changes: Any) -> Network:  # noqa: ANN401
    encrypted = {"encrypted": ""}
    made = Network("n1", name, "overlay", "swarm", internal=True, options=encrypted, addresses=addresses("10.0.1.0/24"))
    return msgspec.structs.replace(made, **changes)


def ingress() -> Network:
    return Network("i", "ingress", "overlay", "swarm", ingress=True, addresses=addresses("10.0.0.0/24"))


def addresses(*subnets: str) -> Addresses:
    return Addresses(tuple(Subnet(subnet) for subnet in subnets))


def stored(
    name: str, number: str, created: str = "2026-11-01T10:00:00.123456789Z", *, holds_secret: bool = False
) -> Stored:
    return Stored(number, created, created, StoredSpec(name), holds_secret)


def swarm(**changes: Any) -> SwarmFacts:  # noqa: ANN401
    made = SwarmFacts(
        seen_from="node1",
        cluster=Cluster(
            id="c",
            version=Version(1),
            created_at="2026-11-01T10:00:00Z",
            updated_at="2026-11-01T10:00:00Z",
            spec=SwarmSpec(CaConfig(24 * 3600 * 10**9), EncryptionConfig(auto_lock_managers=True)),
            tls_info=TlsInfo(authority_pem()),
        ),
        nodes=(member(1), member(2), member(3)),
        services=(service(),),
        tasks=(task(),),
        networks=(overlay(), ingress()),
        secrets=(stored("shop_key_1", "s1"),),
        configs=(stored("shop_conf_1", "k1"),),
    )
    return _altered(made, changes)


def authority_pem(start: float = NOW - 30 * 86400, days: int = 7300) -> str:
    """A swarm's root certificate: elliptic, self-signed, twenty years long."""
    return certificate_pem(start, days)


@cache
def certificate_pem(
    start: float = NOW - 10 * 86400,
    days: int = 90,
    *names: str,
    issuer: str = "",
    called: str = "swarm-ca",
    responder: str = "",
) -> str:
    """A certificate for DNS names; signed by itself where no issuer is named."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import AuthorityInformationAccessOID

    key = ec.generate_private_key(ec.SECP256R1())
    name, other = (x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, word or called)]) for word in ("", issuer))
    begin = datetime.fromtimestamp(start, UTC)
    made = x509.CertificateBuilder(other, name, key.public_key(), x509.random_serial_number())
    if names:
        made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(each) for each in names]), critical=False)
    if responder:
        place = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(responder))
        made = made.add_extension(x509.AuthorityInformationAccess([place]), critical=False)
    signed = made.not_valid_before(begin).not_valid_after(begin + timedelta(days=days)).sign(key, hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM).decode()


def cluster(*nodes: NodeFacts | Unavailable, **changes: Any) -> Facts:  # noqa: ANN401
    """Nodes called node1, node2, …; by default the one hardened node with its container."""
    read = nodes or (node(container()),)
    made = Facts(
        gathered_at=NOW,
        nodes={
            f"node{index}": each if isinstance(each, Unavailable) else Known(each)
            for index, each in enumerate(read, start=1)
        },
        mongo=(),
        nginx=(),
        allowed_ports=(80, 443),
        allowed_registries=("registry:5000",),
        waivers=(),
    )
    return msgspec.structs.replace(made, **changes)


def role(name: str = "web", *, questions: int = 0, **changes: Any) -> RoleSummary:  # noqa: ANN401 - any field
    """A role of the project, verified, about which so many questions are open."""
    made = RoleSummary(
        role=name,
        syscalls=70,
        docker_default=307,
        recorded=60,
        possible=140,
        rules=120,
        evidence={"recorded": 100, "policy": 20},
        powers={"set socket options": ("setsockopt",)},
        holes_closed=27,
        holes=29,
        scenarios=("load", "start"),
        images=("sha256:" + "a" * 64,),
        unresolved=2,
        open=tuple(
            OpenQuestion(f"call:call{index}", ItemKind.STATIC, "reach the kernel", Risk.HIGH)
            for index in range(questions)
        ),
        proof=Proof("2026-11-01T10:00:00Z", True, ("seccomp", "apparmor"), ("start", "load"), 90_000, 0),
    )
    return msgspec.structs.replace(made, **changes)


def waived(**changes: Any) -> WaiverUse:  # noqa: ANN401
    """A waiver that holds and meets one finding."""
    waiver = Waiver("container-seccomp", "shop_web.*", "is replaced", "ops", date(2027, 1, 31), place="waivers.yml:1")
    return msgspec.structs.replace(WaiverUse(waiver, expired=False, asked=True, met=1), **changes)


GONE = cluster(Unavailable("ssh: connect to host node1 port 22: Connection timed out"), waivers=None)
"""A cluster whose only node could not be read, and of whose project nothing is known."""
NO_SWARM = cluster(
    node(
        engine=Known(engine(local_node_state="inactive", control_available=False)),
        swarm=missing("has swarm state inactive"),
    )
)
"""A single engine that never joined a swarm."""


def on_node(**changes: Any) -> Facts:  # noqa: ANN401
    return cluster(node(container(), **changes))


def on_engine(**changes: Any) -> Facts:  # noqa: ANN401
    return cluster(node(engine=Known(engine(container(), **changes))))


def with_build(steps: int = 5, **changes: Any) -> Facts:  # noqa: ANN401
    """A cluster whose one image has another history."""
    return on_engine(builds={IMAGE_ID: Known(msgspec.structs.replace(ImageBuild(steps), **changes))})


def with_settings(**changes: object) -> Facts:
    return on_node(daemon_config=settings(**changes))


def with_container(inspected: Inspect | None = None, *processes: ProcessFacts, **changes: Any) -> Facts:  # noqa: ANN401
    return cluster(node(container(inspected, *processes, **changes)))


def in_swarm(**changes: Any) -> Facts:  # noqa: ANN401
    return cluster(node(container(), swarm=Known(swarm(**changes))))


def with_service(**changes: Any) -> Facts:  # noqa: ANN401
    """A cluster whose one service, and its running task, differ."""
    changed = service(**changes)
    return in_swarm(services=(changed,), tasks=(task(changed),))


PROTOCOLS = {"TLSv1": False, "TLSv1.1": False, "TLSv1.2": True, "TLSv1.3": True}


def endpoint(port: int, name: str = "mongo1", **changes: Any) -> TlsServer:  # noqa: ANN401
    """A TLS server that was called, with a certificate for `name`."""
    pem = certificate_pem(NOW - 10 * 86400, 90, name, issuer="shop-ca", called=name)
    return msgspec.structs.replace(TlsServer("127.0.0.1", port, "", PROTOCOLS, pem), **changes)


def offered(name: str, start: float = NOW - 10 * 86400, end: float = NOW + 80 * 86400) -> OfferedCertificate:
    """What a database member shows of itself."""
    return OfferedCertificate(f"CN={name}", (name,), start, end, "ab" * 32)


MONGO_INSIDE = Inside(
    files={
        "/data/db": file(0o700, "mongodb", "mongodb", kind="directory", uid=999),
        "/data/db/mongod.lock": file(0o600, "mongodb", "mongodb", uid=999),
    },
    users=(999,),
    accounts=Known((Account("mongodb", 999, "/usr/sbin/nologin", locked=True),)),
)


def altered_inside(inside: Known[Inside] | Unavailable | None = None, **changes: Any) -> Known[Inside]:  # noqa: ANN401
    """What a container holds, with some of it changed."""
    made = inside.value if isinstance(inside, Known) else MONGO_INSIDE
    return Known(msgspec.structs.replace(made, **changes))


SECURITY = {"authorization": "enabled", "keyFile": "/run/secrets/keyfile", "javascriptEnabled": False}
COMMAND_LINE = {
    "net": {"bindIp": "0.0.0.0", "tls": {"mode": "requireTLS", "disabledProtocols": "TLS1_0,TLS1_1"}},  # noqa: S104 - a fact
    "replication": {"replSetName": "rs0"},
    "security": SECURITY,
    "systemLog": {"quiet": False},
}
PARAMETERS = {
    "enableLocalhostAuthBypass": False,
    "authenticationMechanisms": ["SCRAM-SHA-256"],
    "enableTestCommands": False,
    "quiet": False,
    "scramSHA256IterationCount": 15000,
    "ok": 1.0,
}
USERS = (
    MongoUser("admin", "admin", ("SCRAM-SHA-256",), (("root", "admin"),)),
    MongoUser("shop", "shop", ("SCRAM-SHA-256",), (("readWrite", "shop"),)),
)
ENTRIES: tuple[dict[str, object], ...] = tuple(
    {"_id": n, "host": f"mongo{n}:27017", "votes": 1, "arbiterOnly": False} for n in (1, 2, 3)
)


def replica_config(*entries: dict[str, object]) -> Known[str]:
    return Known(json.dumps({"config": {"_id": "rs0", "version": 3, "members": entries or ENTRIES}}))


def replica_status(*states: str, writable: int = 3, majority: int = 2) -> Known[str]:
    shown = states or ("PRIMARY", "SECONDARY", "SECONDARY")
    members = [{"name": f"mongo{n}:27017", "stateStr": state} for n, state in enumerate(shown, start=1)]
    counts = {"writableVotingMembersCount": writable, "writeMajorityCount": majority}
    return Known(json.dumps({"myState": 1, "members": members} | counts))


def mongod(number: int = 1, **changes: Any) -> MongoMember:  # noqa: ANN401
    made = MongoMember(
        service=f"shop_mongo{number}",
        node=f"node{number}",
        container=f"c{number}",
        version=Known("7.0.26"),
        modules=Known(()),
        hello=Known(json.dumps({"setName": "rs0"})),
        cmd_line=Known(json.dumps({"parsed": COMMAND_LINE})),
        parameters=Known(json.dumps(PARAMETERS)),
        replica_config=replica_config(),
        replica_status=replica_status(),
        default_concern=Known(
            json.dumps({"defaultWriteConcern": {"w": "majority"}, "defaultWriteConcernSource": "global"})
        ),
        users=Known(USERS),
        startup_warnings=Known(()),
        anonymous=Known("Unauthorized"),
        plaintext=Known("refused"),
        certificate=Known(offered(f"mongo{number}")),
        inside=altered_inside(endpoints=Known((endpoint(27017, f"mongo{number}"),))),
    )
    return msgspec.structs.replace(made, **changes)


def options(**sections: object) -> Known[str]:
    """A mongod's start-up options with whole sections changed; None takes one away."""
    merged = COMMAND_LINE | sections
    return Known(json.dumps({"parsed": {key: value for key, value in merged.items() if value is not None}}))


def parameters(**changes: object) -> Known[str]:
    merged = PARAMETERS | changes
    return Known(json.dumps({key: value for key, value in merged.items() if value is not None}))


def with_mongod(**changes: Any) -> Facts:  # noqa: ANN401
    """A replica set of three on three nodes, the first of which differs."""
    return mongo_set(mongod(1, **changes), mongod(2), mongod(3))


def mongo_container(number: int, **changes: Any) -> ContainerFacts:  # noqa: ANN401
    """The container that a member of `mongod` runs in."""
    labels = {
        "com.docker.swarm.service.name": f"shop_mongo{number}",
        "com.docker.swarm.task.id": f"mongo{number}",
        "com.docker.swarm.task.name": f"shop_mongo{number}.1.t1",
    }
    return container(inspect(**{"id": f"c{number}", "labels": labels, "name": f"/shop_mongo{number}.1.t1"} | changes))


def mongo_set(*members: MongoMember) -> Facts:
    """Three nodes with a container of the set on each, and the web server on all of them."""
    own = (task(id=f"mongo{n}", service_id=f"shop_mongo{n}", status=runs(f"c{n}")) for n in (1, 2, 3))
    told = Known(swarm(tasks=(task(), *own)))
    nodes = (
        node(engine=Known(engine(container(), mongo_container(number), node_id=f"m{number}")), swarm=told)
        for number in (1, 2, 3)
    )
    return cluster(*nodes, mongo=members)


def with_every_mongod(**changes: Any) -> Facts:  # noqa: ANN401
    return mongo_set(*(mongod(number, **changes) for number in (1, 2, 3)))


NGINX = """
error_log stderr info;
events {}
http {
    server_tokens off;
    keepalive_timeout 10s; send_timeout 10s; client_header_timeout 10s; client_body_timeout 10s;
    client_max_body_size 1m;
    limit_conn_zone $binary_remote_addr zone=all:4m; limit_req_zone $binary_remote_addr zone=all:4m rate=9r/s;
    limit_conn all 100; limit_req zone=all;
    access_log /dev/stdout combined;
    ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256; ssl_session_tickets off;
    server {
        listen 8443 ssl default_server;
        server_name _;
        ssl_reject_handshake on;
        error_page 404 500 502 503 504 /error.html;
    }
    server {
        listen 8443 ssl;
        listen 8443 quic;
        server_name shop.example;
        ssl_certificate /run/secrets/tls.pem;
        ssl_certificate_key /run/secrets/tls.key;
        root /srv;
        error_page 404 500 502 503 504 /error.html;
        add_header Strict-Transport-Security max-age=63072000 always;
        add_header X-Content-Type-Options nosniff always;
        add_header Content-Security-Policy "default-src 'self'; frame-ancestors 'none'" always;
        add_header Referrer-Policy no-referrer always;
        if ($request_method !~ "^(GET|POST)$") { return 405; }
        location ~ /\\. { return 404; }
        location /img/ { alias /srv/img/; }
        location /api/ {
            set $api http://api:3000;
            proxy_pass $api;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_hide_header X-Powered-By;
        }
        #more
    }
    #servers
}
#main
"""


def nginx_server(text: str = NGINX, **changes: Any) -> NginxServer:  # noqa: ANN401
    config = nginx.parse(json.dumps({"files": {"/etc/nginx/nginx.conf": text}}))
    made = NginxServer("shop_web", "node1", "c1", Known("1.28.0"), Known(config), Known(nginx_inside()))
    return msgspec.structs.replace(made, **changes)


def nginx_inside() -> Inside:
    """What the web server's container holds."""
    pem = certificate_pem(NOW - 10 * 86400, 90, "shop.example", issuer="shop-ca", called="shop.example")
    return Inside(
        files={
            "/etc/nginx/nginx.conf": file(),
            "/run/secrets/tls.key": file(0o400, "nginx", "nginx", uid=101),
            "/run/nginx.pid": file(0o644, "nginx", "nginx", uid=101),
            "/var/run/nginx.pid": NO_FILE,
        },
        users=(101,),
        accounts=Known((Account("nginx", 101, "/usr/sbin/nologin", locked=True),)),
        certificates={"/run/secrets/tls.pem": Known(pem)},
        endpoints=Known((endpoint(8443, "shop.example", server_name="shop.example"),)),
    )


def with_nginx(old: str = "", new: str = "", **changes: Any) -> Facts:  # noqa: ANN401
    """A cluster with an NGINX in whose good configuration `old` is replaced by `new`."""
    if old not in NGINX:
        raise ValueError(f"{old!r} is not in the configuration")
    return cluster(nginx=(nginx_server(NGINX.replace(old, new), **changes),))
