"""Verdicts of docker-bench-security that are known to be wrong, and what is said here of the same facts.

Each was seen on a running engine; its numbers are those of CIS Docker 1.6.0.
"""

import json
from typing import Any

import msgspec
import pytest

from hardening import checks
from hardening.model.engine import ContainerRestartPolicy, Mount
from hardening.model.facts import Facts, Listener
from hardening.model.findings import Status
from hardening.model.known import Known
from hardening.model.swarm import EndpointSpec, PublishedPort
from tests.unit import facts_factory as given

NAMED_NIL = {
    f"5.x: a container called {name} is looked at like any other": (
        "container-privileged",
        given.with_container(given.plain_inspect(name=name, privileged=True)),
        Status.FAIL,
    )
    for name in ("nil", "/vanilla", "/anil.1")
}


def published(port: int, *allowed: int) -> Facts:
    """A service that opens a port on the routing mesh."""
    opened = given.service(endpoint_spec=EndpointSpec("vip", (PublishedPort(port, "tcp", port, "ingress"),)))
    return msgspec.structs.replace(given.in_swarm(services=(opened,)), allowed_ports=allowed)


def listening(**settings: object) -> Facts:
    """An engine with a TCP socket as well."""
    made = given.SETTINGS | {"hosts": ["tcp://10.0.0.1:2376"], **settings}
    sockets = (Listener("tcp", "10.0.0.1", 2376, "dockerd"),)
    return given.on_node(daemon_config=Known(json.dumps(made)), listeners=Known(sockets))


def secretive(*names: str) -> Facts:
    """A swarm with a secret, and a container that has its password in a variable all the same."""
    config = msgspec.structs.replace(given.inspect().config, env=names)
    return given.with_container(given.inspect(config=config))


CASES: dict[str, tuple[str, Facts, Status]] = {
    **NAMED_NIL,
    "5.15: restart always goes on without end": (
        "container-restart-policy",
        given.with_container(given.plain_inspect(restart_policy=ContainerRestartPolicy("always"))),
        Status.FAIL,
    ),
    "5.15: what the engine says of a task's restarts means nothing": (
        "container-restart-policy",
        given.with_container(given.inspect(restart_policy=ContainerRestartPolicy("always"))),
        Status.PASS,
    ),
    "5.8: port 80 on the routing mesh is a low port": ("swarm-privileged-ports", published(80), Status.FAIL),
    "5.8: one that was decided on is not": ("swarm-privileged-ports", published(80, 80), Status.PASS),
    "5.9: the routing mesh opens ports as well": ("swarm-published-ports", published(8080, 443), Status.FAIL),
    "5.32: a folder that holds the socket leads to it": (
        "container-engine-socket",
        given.with_container(given.inspect(mounts=(Mount("bind", "/run", "/host/run", rw=False),))),
        Status.FAIL,
    ),
    "5.32: so does its old name": (
        "container-engine-socket",
        given.with_container(given.inspect(mounts=(Mount("bind", "/var/run", "/x"),))),
        Status.FAIL,
    ),
    "2.7: an engine that demands certificates is not open": (
        "engine-tcp-api-closed",
        listening(tls=True, tlsverify=True, tlscacert="/ca.pem"),
        Status.PASS,
    ),
    "2.7: TLS without client certificates is": ("engine-tcp-api-closed", listening(tls=True), Status.FAIL),
    "7.1: one manager survives nothing": ("swarm-quorum", given.in_swarm(nodes=(given.member(1),)), Status.FAIL),
    "7.1: two survive nothing either": (
        "swarm-quorum",
        given.in_swarm(nodes=(given.member(1), given.member(2))),
        Status.FAIL,
    ),
    "7.4: a secret in the store excuses no password in a variable": (
        "container-secrets-in-environment",
        secretive("PATH", "DB_PASSWORD"),
        Status.FAIL,
    ),
    "7.4: a variable that names the secret's file is fine": (
        "container-secrets-in-environment",
        secretive("PATH", "DB_PASSWORD_FILE"),
        Status.PASS,
    ),
}


@pytest.mark.parametrize(("check", "facts", "status"), CASES.values(), ids=CASES)
def test_what_docker_bench_gets_wrong_is_right_here(check: str, facts: Facts, status: Status) -> None:
    outcomes: list[Any] = list(checks.find(check).evaluate(facts))
    assert {outcome.status for outcome in outcomes} - {Status.NOT_APPLICABLE} == {status}, outcomes
