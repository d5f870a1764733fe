"""The cluster of the sample report: three nodes, the reference stack, and faults of the kinds that are met in practice.

`reports/sample/facts.json` is written from it (`tests/run unit --regenerate`).
"""

import json
from pathlib import Path
from typing import Any

import msgspec

from hardening.confine import library
from hardening.model.engine import Endpoint, Mount, Network
from hardening.model.facts import (
    ContainerFacts,
    Facts,
    Listener,
    MongoMember,
    MongoUser,
    NodeFacts,
    ProcessFacts,
    SwarmFacts,
)
from hardening.model.known import Known
from hardening.model.profile import Risk
from hardening.model.review import ItemKind
from hardening.model.role import OpenQuestion, RoleSummary
from hardening.model.swarm import (
    ContainerStatus,
    EndpointSpec,
    FileTarget,
    PublishedPort,
    ReplicatedMode,
    SecretReference,
    Service,
    ServiceMode,
    Task,
)
from tests.unit import facts_factory as given

PROFILES = Path(__file__).parents[2] / "profiles"
SETS = {"mongo1": "node1", "mongo2": "node2", "mongo3": "node3"}
ROLES = dict.fromkeys((*SETS, "arbiter"), "mongod") | {"api": "api", "nginx": "nginx"}
USERS = {"mongod": "999:999", "api": "10001:10001", "nginx": "101:101"}
COMMANDS = {"mongod": ("mongod",), "api": ("docker-init", "node", "node"), "nginx": ("docker-init", "nginx", "nginx")}
EXECUTABLES = {
    "mongod": "/usr/bin/mongod",
    "node": "/usr/bin/node",
    "nginx": "/usr/sbin/nginx",
    "docker-init": "/sbin/docker-init",
}
SECRETS = {
    "mongod": ("keyfile", "admin_password", "nodepop_password", "auditor_password", "database_ca"),
    "api": ("mongodb_uri", "jwt_key", "database_ca"),
    "nginx": ("site_certificate",),
}
NETWORKS = {"mongod": ("data",), "api": ("edge", "data"), "nginx": ("edge",)}
NODES = ("node1", "node2", "node3")
DEFAULT_CAPABILITIES = 0xA80425FB
"""What the engine gives a container that nobody restricted."""
POLICY = json.dumps(
    {
        "version": 1,
        "services": {f"nodepop_{name}": role for name, role in ROLES.items()},
        "profiles": {
            role: {
                "apparmor": f"harden-{role}",
                "seccomp": f"/etc/harden/seccomp/{role}.json",
                "no_new_privileges": True,
                "egress": "none",
            }
            for role in USERS
        },
    }
)


def image(role: str) -> str:
    return f"registry.example.org:5000/nodepop/{role}@sha256:" + f"{list(USERS).index(role) + 1}" * 64


def process(role: str, command: str, pid: int, **changes: object) -> ProcessFacts:
    inside = int(USERS[role].partition(":")[0])
    made = given.process(
        pid=pid,
        command=command,
        executable=EXECUTABLES[command],
        apparmor=Known(f"harden-{role} (enforce)"),
        uid=100000 + inside,
    )
    return msgspec.structs.replace(made, **changes)


def container(name: str, node: str, **changes: object) -> ContainerFacts:
    """A task's container as it should be; `changes` are of each of its processes."""
    role, number = ROLES[name], NODES.index(node) + 1
    service, slot = f"nodepop_{name}", f"m{number}" if role != "mongod" else "1"
    pid = 2000 + 100 * number + 10 * list(ROLES).index(name)
    volume = "/var/lib/docker/100000.100000/volumes"
    inspected = given.inspect(
        id=f"{name}-{node}".encode().hex().ljust(64, "0")[:64],
        name=f"/{service}.{slot}.{name}{number}",
        pid=pid,
        user=USERS[role],
        env=("PATH", "NODE_ENV", "API_WORKERS") if role == "api" else ("PATH",),
        labels={
            "com.docker.swarm.service.name": service,
            "com.docker.swarm.task.id": f"{name}{number}",
            "com.docker.swarm.task.name": f"{service}.{slot}.{name}{number}",
        },
        mounts=(Mount("volume", f"{volume}/nodepop_{name}/_data", "/data/db", rw=True),) if role == "mongod" else (),
        networks={f"nodepop_{network}": Endpoint(network) for network in NETWORKS[role]},
    )
    config = msgspec.structs.replace(inspected.config, image=image(role))
    running = (process(role, command, pid + index, **changes) for index, command in enumerate(COMMANDS[role]))
    return given.container(msgspec.structs.replace(inspected, config=config), *running)


def unconfined_api() -> ContainerFacts:
    """A task that was started while the runtime was out of order: the engine's own defaults hold it, no more."""
    made = container(
        "api",
        "node3",
        apparmor=Known("docker-default (enforce)"),
        no_new_privileges=False,
        cap_bounding=DEFAULT_CAPABILITIES,
    )
    return msgspec.structs.replace(made, fence=Known("no fence stands"))


def forgotten_tool() -> ContainerFacts:
    """What someone started by hand to look at something, with the folder of the engine's socket in it."""
    inspected = given.inspect(
        id="d" * 64,
        name="/logview",
        labels={},
        user="",
        env=("PATH", "ADMIN_TOKEN"),
        mounts=(Mount("bind", "/run", "/host/run", rw=True),),
        memory=0,
        pids_limit=None,
        nano_cpus=0,
        readonly_rootfs=False,
        cap_drop=None,
        networks={"bridge": Endpoint("b")},
        health=None,
    )
    running = given.process(
        pid=3900,
        command="logview",
        executable="/usr/bin/logview",
        apparmor=Known("docker-default (enforce)"),
        cap_effective=DEFAULT_CAPABILITIES,
        cap_permitted=DEFAULT_CAPABILITIES,
        cap_bounding=DEFAULT_CAPABILITIES,
        uid=100000,
    )
    config = msgspec.structs.replace(inspected.config, image="registry.example.org:5000/tools/logview:latest")
    inspected = msgspec.structs.replace(inspected, config=config)
    return given.container(inspected, running, root_read_only=Known(value=False))


# --- the swarm ------------------------------------------------------------------------------------------------------


def service(name: str) -> Service:
    role = ROLES[name]
    published = {80: 8080, 443: 8443} if name == "nginx" else {}
    ports = tuple(PublishedPort(inner, published_port=outer, publish_mode="host") for outer, inner in published.items())
    uid, gid = USERS[role].split(":")
    return given.service(
        f"nodepop_{name}",
        image=image(role),
        user=USERS[role],
        secrets=tuple(
            SecretReference(f"s-{secret}", f"nodepop_{secret}_1", FileTarget(secret, uid, gid, 0o400))
            for secret in SECRETS[role]
        ),
        configs=None,
        capability_drop=("ALL",),
        networks=tuple({"Target": network} for network in NETWORKS[role]),
        mode=ServiceMode(ReplicatedMode(0 if name == "arbiter" else 1)) if role == "mongod" else ServiceMode(None, {}),
        endpoint_spec=EndpointSpec("dnsrr", ports or None),
    )


def task(name: str, node: str) -> Task:
    number = NODES.index(node) + 1
    return given.task(
        service(name),
        id=f"{name}{number}",
        node_id=f"m{number}",
        slot=1 if ROLES[name] == "mongod" else 0,
        status=msgspec.structs.replace(
            given.task().status,
            container_status=ContainerStatus(container(name, node).inspect.id, 4242),
        ),
    )


def swarm() -> SwarmFacts:
    stored = sorted({secret for secrets in SECRETS.values() for secret in secrets})
    plain = given.overlay("nodepop_edge", id="edge", internal=False, options={})
    return given.swarm(
        nodes=tuple(given.member(number, availability="active") for number in (1, 2, 3)),
        services=tuple(service(name) for name in ROLES),
        tasks=(
            *(task(name, node) for name, node in SETS.items()),
            *(task(name, node) for name in ("api", "nginx") for node in NODES),
        ),
        networks=(
            plain,
            given.overlay("nodepop_data", id="data"),
            Network("i", "ingress", "overlay", "swarm", ingress=True),
        ),
        secrets=(
            *(given.stored(f"nodepop_{secret}_1", f"s-{secret}") for secret in stored),
            given.stored("nodepop_jwt_key_0", "s-old", "2025-02-01T10:00:00Z"),
        ),
        configs=(),
    )


# --- the nodes ------------------------------------------------------------------------------------------------------


def node(name: str, *containers: ContainerFacts, **changes: object) -> NodeFacts:
    number = NODES.index(name) + 1
    profiles = {"docker-default": "enforce"} | {f"harden-{role}": "enforce" for role in USERS}
    files = given.files() | {
        path.format(role=role): given.file()
        for role in USERS
        for path in ("/etc/harden/seccomp/{role}.json", "/etc/apparmor.d/harden-{role}")
    }
    for path in ("/etc/harden/seccomp/web.json", "/etc/apparmor.d/harden-web"):
        del files[path]
    listening = (
        Listener("tcp", "0.0.0.0", 22, "sshd"),  # noqa: S104 - a fact
        *(Listener("tcp", "0.0.0.0", port, "dockerd") for port in (80, 443)),  # noqa: S104 - a fact
        Listener("tcp", f"10.0.0.{number}", 2377, "dockerd"),
    )
    made = given.node(
        hostname=name,
        apparmor_profiles=Known(profiles),
        apparmor_in_force=Known(dict.fromkeys(profiles, True)),
        files=files,
        listeners=Known(listening),
        policy=Known(POLICY),
        swarm=Known(swarm()),
        engine=Known(given.engine(*containers, node_id=f"m{number}", node_addr=f"10.0.0.{number}")),
    )
    return msgspec.structs.replace(made, **changes)


def member(number: int) -> MongoMember:
    """mongod as the reference stack starts it; one is still on the way to TLS."""
    node_name = f"node{number}"
    net: Any = given.COMMAND_LINE["net"]
    user = MongoUser("nodepop", "nodepop", ("SCRAM-SHA-256",), (("readWrite", "nodepop"),))
    return given.mongod(
        number,
        service=f"nodepop_mongo{number}",
        container=container(f"mongo{number}", node_name).inspect.id,
        cmd_line=given.options(net=net | {"tls": net["tls"] | ({"mode": "preferTLS"} if number == 3 else {})}),
        users=Known((given.USERS[0], user)),
        startup_warnings=Known(("vm.max_map_count is too low",) if number == 2 else ()),
    )


def roles() -> dict[str, RoleSummary]:
    """The reference stack's own, as they are; the API's has two questions open."""
    found = {role: library.summed_up(PROFILES, role) for role in sorted(USERS)}
    asked = (
        OpenQuestion("call:keyctl", ItemKind.STATIC, "use the kernel's keyrings", Risk.HIGH),
        OpenQuestion("file:/app/** r", ItemKind.WIDENED, "read its own program", Risk.LOW),
    )
    return found | {"api": msgspec.structs.replace(found["api"], open=asked)}


def facts() -> Facts:
    """Everything; the comment beside each fault says what it is."""
    usual = {name: tuple(container(each, name) for each in ("api", "nginx")) for name in NODES}
    nodes = {
        "node1": node("node1", container("mongo1", "node1"), *usual["node1"]),
        "node2": node(
            "node2",
            container("mongo2", "node2"),
            *usual["node2"],
            forgotten_tool(),
            audit_rules=given.missing("auditctl is not installed"),  # cannot be judged
        ),
        "node3": node(
            "node3",
            container("mongo3", "node3"),
            unconfined_api(),
            usual["node3"][1],
            daemon_config=given.settings(icc=True, log_opts={}),  # differs from the other nodes
            sysctls=Known(given.SYSCTLS | {"kernel.kptr_restrict": "0"}),  # shows kernel addresses
            groups={"docker": ("deploy",)},  # root by another name
        ),
    }
    text = given.NGINX.replace("server_tokens off;", "").replace("shop.example", "nodepop.example")
    server = given.nginx_server(text)
    servers = tuple(
        msgspec.structs.replace(server, service="nodepop_nginx", node=name, container=usual[name][1].inspect.id)
        for name in NODES
    )
    return Facts(
        gathered_at=given.NOW,
        nodes={name: Known(each) for name, each in nodes.items()},
        mongo=tuple(member(number) for number in (1, 2, 3)),
        nginx=servers,
        allowed_ports=(80, 443),
        roles=roles(),
    )
