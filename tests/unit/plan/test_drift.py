"""Services that somebody changed after they were deployed."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from hardening import stack
from hardening.model.engine import Network
from hardening.model.facts import REDACTED
from hardening.model.inventory import Inventory
from hardening.model.policy import RoleProfile
from hardening.model.stack import PROFILE_HASH_LABEL, PROFILE_LABEL, SPEC_LABEL, STACK_LABEL, Stack
from hardening.model.swarm import (
    ConfigReference,
    ContainerSpec,
    EndpointSpec,
    FileTarget,
    Limits,
    Placement,
    PublishedPort,
    ReplicatedMode,
    Resources,
    SecretReference,
    Service,
    ServiceMode,
    ServiceMount,
    ServiceSpec,
    TaskTemplate,
    Version,
)
from hardening.node import redaction
from hardening.plan import drift

COMPOSE = """\
services:
  web:
    image: web@sha256:1
    x-harden: {profile: web}
    user: "1000:1000"
    entrypoint: serve
    command: ["--port", "8080"]
    init: true
    read_only: true
    cap_drop: [ALL]
    cap_add: [net_bind_service]
    environment: {HTTP_PROXY: none}
    sysctls: ["net.core.somaxconn=512"]
    networks: {edge: {aliases: [front]}}
    ports: ["80:8080", {target: 8443, published: 443, mode: host}]
    secrets: [key, {source: token, target: t, uid: "1000", mode: 0400}]
    configs: [names]
    volumes: ["data:/data:ro", {type: tmpfs, target: /tmp}, /srv/files:/files]
    deploy:
      replicas: 2
      placement: {constraints: [node.labels.edge == true]}
      resources: {limits: {cpus: "0.5", memory: 256M, pids: 100}}
networks:
  edge: {driver: overlay}
volumes:
  data: {name: everybodys}
secrets:
  key: {external: true}
  token: {external: true, name: token-2}
configs:
  names: {external: true, name: names-3}
"""
NETWORKS = (Network("n1", "shop_edge", "overlay", "swarm"), Network("n2", "other_inside", "overlay", "swarm"))
PROFILES = {"web": RoleProfile("web", "harden-web", "text", "{}")}
SECRETS = (
    SecretReference("s1", "key", FileTarget("key")),
    SecretReference("s2", "token-2", FileTarget("t", "1000", "0", 0o400)),
)
CONFIGS = (ConfigReference("c1", "names-3", FileTarget("names")),)
MOUNTS = (
    ServiceMount("volume", "everybodys", "/data", read_only=True),
    ServiceMount("tmpfs", "", "/tmp"),
    ServiceMount("bind", "/srv/files", "/files"),
)
PORTS = (PublishedPort(8080, "tcp", 80), PublishedPort(8443, "tcp", 443, "host"))


@pytest.fixture
def wanted(tmp_path: Path) -> Stack:
    path = tmp_path / "stack.yml"
    path.write_text(COMPOSE)
    return stack.render("shop", path, Inventory((), "test"), {}, {})


def service(made: Stack, own: dict[str, str] | None = None, **changes: Any) -> Service:  # noqa: ANN401 - fields of three types
    """As the swarm has it after a deploy, but for the changes: of the container, the template or the service."""
    document = stack.compose(made, {}, PROFILES)
    container: dict[str, Any] = {
        "image": "web@sha256:1",
        "labels": {
            PROFILE_LABEL: "web",
            PROFILE_HASH_LABEL: PROFILES["web"].hash,
            STACK_LABEL: "shop",
        },
        "command": ("serve",),
        "args": ("--port", "8080"),
        "user": "1000:1000",
        "init": True,
        "read_only": True,
        "capability_drop": ("ALL",),
        "capability_add": ("CAP_NET_BIND_SERVICE",),
        "env": ("HTTP_PROXY",),
        "sysctls": {"net.core.somaxconn": "512"},
        "secrets": SECRETS,
        "configs": CONFIGS,
        "mounts": MOUNTS,
    }
    template: dict[str, Any] = {
        "resources": Resources(Limits(5 * 10**8, 256 * 2**20, 100)),
        "placement": Placement(("node.labels.edge == true",)),
        "networks": ({"Target": "n1", "Aliases": ["front"]},),
    }
    whole: dict[str, Any] = {"mode": ServiceMode(ReplicatedMode(2)), "endpoint_spec": EndpointSpec("vip", PORTS)}
    for name, value in changes.items():
        next(part for part in (container, template, whole) if name in part)[name] = value
    own = own or {STACK_LABEL: "shop", SPEC_LABEL: stack.spec_hashes(document, made)["shop_web"]}
    spec = ServiceSpec("shop_web", TaskTemplate(ContainerSpec(**container), **template), own, **whole)
    return Service("w", Version(1), "", "", spec)


def found(made: Stack, of: Service) -> dict[str, tuple[str, ...]]:
    return drift.changed(made, stack.compose(made, {}, PROFILES), (of,), NETWORKS)


def test_a_service_as_it_was_deployed_is_as_asked(wanted: Stack) -> None:
    assert found(wanted, service(wanted)) == {}


CHANGES: dict[str, tuple[dict[str, Any], str]] = {
    "image": ({"image": "web@sha256:2"}, "image web@sha256:2, asked web@sha256:1"),
    "user": ({"user": ""}, "user none, asked 1000:1000"),
    "root": ({"read_only": False}, "root writable, asked read-only"),
    "init": ({"init": None}, "init no, asked yes"),
    "caps": ({"capability_drop": None}, "capabilities +CAP_NET_BIND_SERVICE, asked +CAP_NET_BIND_SERVICE, -ALL"),
    "role": ({"labels": {}}, f"profile none, asked web {PROFILES['web'].hash}"),
    "secret": ({"secrets": SECRETS[:1]}, "secrets key as key 0:0 0444, asked"),
    "mode": (
        {"secrets": (SECRETS[0], SecretReference("s2", "token-2", FileTarget("t", "1000", "0", 0o444)))},
        "token-2 as t 1000:0 0444, asked key as key 0:0 0444, token-2 as t 1000:0 0400",
    ),
    "config": ({"configs": None}, "configs none, asked names-3 as names 0:0 0444"),
    "arguments, which are not told": ({"args": ("--port", "8080", "--password", "x")}, "another command"),
    "entrypoint": ({"command": ("sh",)}, "another command"),
    "environment": ({"env": ("HTTP_PROXY", "LD_PRELOAD")}, "environment HTTP_PROXY, LD_PRELOAD, asked HTTP_PROXY"),
    "sysctl": ({"sysctls": None}, "kernel parameters none, asked net.core.somaxconn=512"),
    "socket": (
        {"mounts": (*MOUNTS, ServiceMount("bind", "/run", "/host"))},
        "mounts bind /run at /host, bind /srv/files at /files, tmpfs at /tmp, volume everybodys",
    ),
    "read-write": (
        {"mounts": (ServiceMount("volume", "everybodys", "/data"), *MOUNTS[1:])},
        "everybodys at /data, asked",
    ),
    "network": (
        {"networks": ({"Target": "n1"}, {"Target": "n2"})},
        "networks other_inside, shop_edge, asked shop_edge",
    ),
    "port": (
        {"endpoint_spec": EndpointSpec("vip", (*PORTS, PublishedPort(22, "tcp", 2222)))},
        "ports 2222:22/tcp ingress, 443:8443/tcp host, 80:8080/tcp ingress, asked 443:8443/tcp host",
    ),
    "tasks": ({"mode": ServiceMode(ReplicatedMode(1))}, "tasks 1, asked 2"),
    "placement": ({"placement": None}, "placement none, asked node.labels.edge == true"),
    "limits": ({"resources": Resources(Limits(5 * 10**8, 0, 100))}, "memory limit none, asked 256 MiB"),
}


@pytest.mark.parametrize(("changes", "line"), CHANGES.values(), ids=CHANGES)
def test_what_was_changed_is_named_with_what_is_asked(wanted: Stack, changes: dict[str, Any], line: str) -> None:
    (lines,) = found(wanted, service(wanted, **changes)).values()
    assert len(lines) == 1
    assert line in lines[0]


def test_what_a_node_did_not_tell_is_left_out(wanted: Stack) -> None:
    assert REDACTED == redaction.MARK
    hidden: dict[str, Any] = {
        "args": ("--port", REDACTED),
        "placement": Placement((f"node.labels.secret == {REDACTED}",)),
    }
    assert found(wanted, service(wanted, **hidden)) == {}


def test_another_definition_needs_no_words(wanted: Stack) -> None:
    labels = {STACK_LABEL: "shop", SPEC_LABEL: "former"}
    assert found(wanted, service(wanted, labels, read_only=False)) == {"shop_web": ()}


def test_services_of_others_are_not_looked_at(wanted: Stack) -> None:
    of = service(wanted, {STACK_LABEL: "other"})
    assert found(wanted, of) == {}
    named = msgspec.structs.replace(of.spec, name="shop_gone", labels={STACK_LABEL: "shop"})
    assert found(wanted, msgspec.structs.replace(of, spec=named)) == {}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"80:8080"', '"8000-8010:8000-8010"'),
        ("/srv/files:/files", "./files:/files"),
        ("memory: 256M", "memory: plenty"),
        ("entrypoint: serve", 'entrypoint: "\'serve"'),
        ("image: web@sha256:1", "image: web@${DIGEST}"),
    ],
)
def test_what_only_the_client_understands_is_left_out(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "stack.yml"
    path.write_text(COMPOSE.replace(old, new))
    made = stack.render("shop", path, Inventory((), "test"), {}, {})
    assert found(made, service(made)) == {}
