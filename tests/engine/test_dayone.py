"""Logs, status and destroy against a real engine that is a swarm of one."""

import time
from collections.abc import Generator
from typing import Any

import pytest

from hardening import apply, stack
from hardening.apply import removal, rollout, secrets
from hardening.errors import HardenError
from hardening.hosts.engine import engine
from hardening.hosts.managers import any_manager
from hardening.model.policy import RoleProfile
from hardening.model.project import EngineSettings, Project, SwarmSettings
from hardening.model.stack import STACK_LABEL, Stack
from hardening.plan import removal as planning
from tests.engine.private_host import INVENTORY, PrivateHost

pytestmark = pytest.mark.engine

Dockerd = Any  # conftest.Engine, which a test module cannot import by name
START = b"""\
id >> /data/starts
echo one
printf '\\033]0;owned\\007two\\n'
echo three >&2
exec sleep 1000
"""
COMPOSE = """\
services:
  web:
    image: dayone:1
    command: [sh, /start]
    x-harden: {profile: web}
    secrets: [token]
    networks: [own]
    volumes: [{type: volume, source: data, target: /data}]
    stop_grace_period: 1s
    deploy: {endpoint_mode: dnsrr, restart_policy: {delay: 1s}}
networks:
  own: {driver: overlay}
volumes:
  data: {}
secrets:
  token:
    x-harden: {generate: random, length: 20}
"""


@pytest.fixture(scope="module")
def host(dockerd: Dockerd) -> Generator[PrivateHost]:
    private = PrivateHost(dockerd)
    dockerd.make_busybox("dayone:1", {"data/.keep": b"", "start": START})
    with engine(private) as running:
        running.leave_swarm()
        running.init_swarm("127.0.0.1", autolock=False, cert_expiry=3600 * 10**9, heartbeat=5 * 10**9)
    yield private
    private.remove_stack("shop")
    with engine(private) as running:
        running.leave_swarm()
        assert running.swarm_state() == "inactive"


@pytest.fixture(scope="module")
def wanted(tmp_path_factory: pytest.TempPathFactory) -> Stack:
    path = tmp_path_factory.mktemp("shop") / "stack.yml"
    path.write_text(COMPOSE)
    return stack.render("shop", path, INVENTORY, {}, {})


@pytest.fixture(scope="module")
def cluster(host: PrivateHost, wanted: Stack) -> apply.Cluster:
    profiles = {"web": RoleProfile("web", "harden-web", "text", "{}")}
    project = Project("shop", ".", INVENTORY, EngineSettings(), SwarmSettings(), (wanted,), profiles)
    return apply.Cluster(project, {"here": host}, lambda _node, _line: None)


def deploy(cluster: apply.Cluster, wanted: Stack) -> None:
    secrets.create(cluster, wanted)
    rollout.deploy(cluster, wanted)


def destroy(cluster: apply.Cluster, *, volumes: bool = False, swarm: bool = False) -> int:
    """How many steps it took."""
    remains = removal.look(cluster.project, cluster.hosts)
    plan = planning.make(INVENTORY, remains, volumes=volumes, swarm=swarm)
    removal.run(plan, cluster, remains.away)
    return len(plan.steps)


def container(host: PrivateHost) -> str:
    return host.run(("docker", "ps", "-q", "--filter", "label=harden.profile=web")).text.strip()


def inside(host: PrivateHost, *argv: str) -> str:
    return host.run(("docker", "exec", container(host), *argv)).text


def test_logs_name_task_and_node_and_keep_what_was_written(cluster: apply.Cluster, wanted: Stack) -> None:
    deploy(cluster, wanted)
    with any_manager(INVENTORY, cluster.hosts) as manager:
        (service,) = manager.every_service()
        lines = list(manager.logs(service.id, follow=False, since=0, tail=None))
        (task,) = manager.tasks_of(service.id)
        assert sorted(line.text for line in lines) == ["\x1b]0;owned\x07two", "one", "three"]
        assert {(line.task_id, line.node_id) for line in lines} == {(task.id, task.node_id)}
        assert all(line.time.endswith("Z") for line in lines)
        assert len(list(manager.logs(service.id, follow=False, since=0, tail=1))) == 1
        assert list(manager.logs(service.id, follow=False, since=int(time.time()) + 3600, tail=None)) == []


def test_followed_logs_come_as_they_are_written(host: PrivateHost) -> None:
    with any_manager(INVENTORY, {"here": host}) as manager:
        (service,) = manager.every_service()
        followed = manager.logs(service.id, follow=True, since=0, tail=None)
        early = {next(followed).text for _ in range(3)}
        assert "one" in early
        host.run(("docker", "exec", container(host), "sh", "-c", "echo late > /proc/1/fd/1"))
        assert next(followed).text == "late"


def test_a_destroy_keeps_the_data_and_a_deploy_comes_back_with_it(
    cluster: apply.Cluster, host: PrivateHost, wanted: Stack
) -> None:
    token = inside(host, "cat", "/run/secrets/token")
    assert destroy(cluster) == 1
    assert container(host) == ""
    left = removal.look(cluster.project, cluster.hosts)
    assert left.volumes == {"here": ("shop_data",)}
    assert [secret.spec.name[:11] for secret in left.stacks["shop"].secrets] == ["shop_token_"]
    assert destroy(cluster) == 0, "a second time there is nothing to do"
    deploy(cluster, wanted)
    assert inside(host, "cat", "/run/secrets/token") == token
    assert len(inside(host, "cat", "/data/starts").splitlines()) == 2


def test_the_swarm_is_not_left_while_data_needs_its_secrets(cluster: apply.Cluster) -> None:
    with pytest.raises(HardenError, match="shop_data cannot be used again"):
        destroy(cluster, swarm=True)


def test_a_destroy_that_was_interrupted_is_taken_up_again(cluster: apply.Cluster, host: PrivateHost) -> None:
    """The stack is gone, secrets and volumes are not: as after a kill between the steps."""
    host.remove_stack("shop")
    assert destroy(cluster, volumes=True) in {2, 3}
    with engine(host) as running:
        assert running.secrets() == ()
        assert running.volume_names(STACK_LABEL, "shop") == ()
    assert destroy(cluster, volumes=True, swarm=True) == 1
    with engine(host) as running:
        assert running.swarm_state() == "inactive"
    assert destroy(cluster, volumes=True, swarm=True) == 0
