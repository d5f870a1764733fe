import hashlib
import json

import pytest

from hardening.model.engine import EngineInfo, SwarmState
from hardening.model.facts import EngineFacts, Facts, FileFacts, Listener, NodeFacts, SwarmFacts
from hardening.model.inventory import Inventory, LocalTransport, Node, NodeRole
from hardening.model.known import Known, Unavailable
from hardening.model.policy import RoleProfile
from hardening.model.project import EngineSettings, Project, SwarmSettings
from hardening.model.stack import GeneratedSecret, Stack, StackService
from hardening.model.swarm import (
    CaConfig,
    Cluster,
    DispatcherConfig,
    EncryptionConfig,
    SwarmNode,
    SwarmNodeDescription,
    SwarmNodeSpec,
    SwarmNodeStatus,
    SwarmSpec,
    Version,
)
from hardening.plan import node_files
from hardening.plan.node_policy import NodePolicy

NAMES = ("n1", "n2")


def inventory() -> Inventory:
    roles = (NodeRole.MANAGER, NodeRole.WORKER)
    return Inventory(
        tuple(
            Node(name, f"10.0.0.{number}", role, {"edge": "true"}, LocalTransport())
            for number, (name, role) in enumerate(zip(NAMES, roles, strict=True), start=1)
        ),
        "test",
    )


def stack() -> Stack:
    document = json.dumps({"services": {"web": {"image": "web@sha256:1", "ports": ["80:8080"]}}})
    service = StackService("shop_web", "web", "web@sha256:1", {"token": "token"})
    return Stack("shop", "stack.yml", document, {"web": service}, {"token": GeneratedSecret("random")}, {})


def project(**changes: object) -> Project:
    settings: dict[str, object] = {
        "name": "shop",
        "root": ".",
        "inventory": inventory(),
        "engine": EngineSettings(),
        "swarm": SwarmSettings(),
        "stacks": (stack(),),
        "profiles": {"web": RoleProfile("web", "harden-web", "profile harden-web {}\n", "{}\n")},
    }
    return Project(**(settings | changes))  # type: ignore[arg-type]  # built from names for the tests' sake


def machine(name: str, **changes: object) -> NodeFacts:
    """A fit machine, as Debian leaves it: nothing of harden on it."""
    info = EngineInfo(
        server_version=str(changes.pop("engine_version", "26.1.5")),
        driver="overlay2",
        docker_root_dir="/var/lib/docker",
        security_options=("name=apparmor", *(("name=userns",) if changes.pop("remapped", False) else ())),
        swarm=changes.pop("swarm_state", SwarmState()),  # type: ignore[arg-type]  # as above
    )
    engine = EngineFacts(info, "1.45", {}, Known(()), Known(()), Known(()))
    facts: dict[str, object] = {
        "hostname": name,
        "kernel": "6.12.0",
        "os_name": "Debian GNU/Linux 13",
        "architecture": "x86_64",
        "cpus": 2,
        "memory": 2 << 30,
        "time": 1.8e9,
        "python": "3.13.0",
        "lsm": Known(("lockdown", "apparmor")),
        "apparmor_profiles": Known({}),
        "sysctls": Known(dict.fromkeys(node_files.SYSCTLS, "0")),
        "audit_rules": Known(()),
        "files": {},
        "disks": (),
        "listeners": Known(()),
        "groups": {},
        "programs": dict.fromkeys(("docker", "apparmor_parser", "auditctl", "augenrules"), "/usr/bin/x"),
        "daemon_config": Known("{}"),
        "daemon_argv": Known(("dockerd",)),
        "daemon_started": Known(1.8e9),
        "policy": Known(""),
        "engine": Known(engine),
        "swarm": Unavailable("no manager"),
    }
    return NodeFacts(**(facts | changes))  # type: ignore[arg-type]  # as above


def hardened(name: str, **changes: object) -> NodeFacts:
    """The same machine with every managed file in place and in force."""
    live = {
        "sysctls": Known(dict(node_files.SYSCTLS)),
        "apparmor_profiles": Known({"harden-web": "enforce"}),
        "audit_rules": Known(tuple(f"-w {path} -p wa -k harden" for path in node_files.INSTALLED_BEFORE)),
    }
    bare = machine(name, **(live | changes))
    files = {
        file.path: Known(inode(file.content, file.mode)) for file in node_files.wanted(project(), bare, NodePolicy())
    }
    config = json.dumps(node_files.daemon_config(project(), {}))
    files[node_files.DAEMON_FILE] = Known(inode(config, 0o644, mtime=1.7e9))
    return machine(name, remapped=True, **(live | {"files": files, "daemon_config": Known(config)} | changes))


def inode(content: str, mode: int, mtime: float = 1.7e9) -> FileFacts:
    digest = hashlib.sha256(content.encode()).hexdigest()
    return FileFacts(
        kind="file", mode=mode, uid=0, gid=0, user="root", group="root", size=len(content), mtime=mtime, sha256=digest
    )


def swarm(labels: dict[str, str], *, autolock: bool = True, hours: int = 24) -> SwarmFacts:
    spec = SwarmSpec(CaConfig(hours * 3600 * 10**9), EncryptionConfig(autolock), DispatcherConfig(5 * 10**9))
    nodes = tuple(
        SwarmNode(
            f"id-{name}",
            Version(1),
            SwarmNodeSpec("manager" if name == "n1" else "worker", "active", labels),
            SwarmNodeDescription(name),
            SwarmNodeStatus("ready"),
        )
        for name in NAMES
    )
    return SwarmFacts("n1", Cluster("c", Version(1), "", spec), nodes, (), (), (), (), ())


def facts(*machines: NodeFacts) -> Facts:
    return Facts(1.8e9, {machine.hostname: Known(machine) for machine in machines}, (), ())


def listener(port: int, program: str) -> Listener:
    return Listener("tcp", "0.0.0.0", port, program)  # noqa: S104 - what a stranger's program listens on


class Kit:
    """Builders, handed to tests as one fixture."""

    facts = staticmethod(facts)
    hardened = staticmethod(hardened)
    inode = staticmethod(inode)
    listener = staticmethod(listener)
    machine = staticmethod(machine)
    project = staticmethod(project)
    swarm = staticmethod(swarm)

    @staticmethod
    def member(name: str) -> SwarmState:
        return SwarmState(node_id=f"id-{name}", local_node_state="active", control_available=name == "n1")


@pytest.fixture
def kit() -> type[Kit]:
    return Kit
