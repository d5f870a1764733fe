"""Secrets and rollouts against a real engine that is a swarm of one."""

import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hardening import apply, issued, plan, stack
from hardening.apply import rollout, secrets
from hardening.certificates import read
from hardening.errors import FailedError, HardenError
from hardening.hosts.engine import engine
from hardening.model.policy import RoleProfile
from hardening.model.project import EngineSettings, Project, SwarmSettings
from hardening.model.stack import STACK_LABEL, Stack
from hardening.plan import drift
from hardening.plan.stacks import newest_secrets, stored_names
from tests.engine.private_host import INVENTORY, PrivateHost

pytestmark = pytest.mark.engine

Dockerd = Any  # conftest.Engine, which a test module cannot import by name
COMPOSE = """\
services:
  web:
    image: {image}
    command: {command}
    x-harden: {{profile: web}}
    secrets: [token, link]
    networks: [own]
    deploy: {{endpoint_mode: dnsrr, restart_policy: {{delay: 1s}}}}
networks:
  own: {{driver: overlay}}
secrets:
  token:
    x-harden: {{generate: random, length: 20}}
  link:
    x-harden: {{generate: template, template: "https://user:${{token}}@host/"}}
"""

FORMS = """\
services:
  full:
    image: apply:1
    x-harden: {profile: web}
    user: "1000"
    entrypoint: sh -c "exec sleep 1000"
    command: [--not, "read $$HOME"]
    init: true
    read_only: true
    cap_drop: [all]
    cap_add: [NET_BIND_SERVICE, chown]
    environment: [A=1, B]
    labels: [x=y]
    sysctls: {net.core.somaxconn: 512}
    networks: {own: {aliases: [a]}, away: }
    ports: ["8080", "81:80/udp", {target: 443, published: 8443, mode: host}]
    secrets: [one, {source: two, target: /etc/two, uid: "5", mode: 0400}]
    volumes:
      - data:/data:ro
      - /anonymous
      - /srv:/srv
      - {type: tmpfs, target: /tmp}
      - {type: volume, source: named, target: /named, read_only: true, volume: {nocopy: true}}
      - {type: bind, source: /etc, target: /etc, read_only: true}
    deploy:
      replicas: 0
      placement: {constraints: [node.role==manager, node.labels.no-such == here]}
      resources: {limits: {cpus: "0.25", memory: 1.5G, pids: 10}}
  every:
    image: apply:1
    command: sleep  "10 00"
    configs: [names, {source: names, target: /etc/names, uid: "5", mode: 0400}]
    cap_add: [ALL]
    cap_drop: [ALL, SYS_ADMIN]
    environment: {A: 1, B: }
    deploy:
      mode: global
      placement: {constraints: [node.labels.no-such == here]}
networks:
  own: {driver: overlay}
  away: {name: elsewhere, driver: overlay}
volumes:
  data: {}
  named: {name: other}
secrets:
  one:
    x-harden: {generate: random, length: 20}
  two:
    x-harden: {generate: random, length: 20}
configs:
  names: {external: true, name: names-1}
"""


@pytest.fixture(scope="module")
def host(dockerd: Dockerd) -> Generator[PrivateHost]:
    private = PrivateHost(dockerd)
    dockerd.make_busybox("apply:1")
    with engine(private) as running:
        running.init_swarm(
            "127.0.0.1", autolock=True, cert_expiry=3600 * 10**9, heartbeat=5 * 10**9, pool=("172.29.0.0/16",)
        )
        assert running.unlock_key().startswith("SWMKEY-")
        assert running.swarm_state() == "active"
    yield private
    dockerd.docker("swarm", "leave", "--force")


@pytest.fixture
def cluster(host: PrivateHost) -> Generator[apply.Cluster]:
    profiles = {"web": RoleProfile("web", "harden-web", "text", "{}")}
    project = Project("test", ".", INVENTORY, EngineSettings(), SwarmSettings(), (), profiles)
    yield apply.Cluster(project, {"here": host}, lambda _node, _line: None)
    host.remove_stack("shop")


def shop(tmp_path: Path, command: str = "[sleep, '1000']", image: str = "apply:1") -> Stack:
    path = tmp_path / "stack.yml"
    path.write_text(COMPOSE.format(image=image, command=command))
    return stack.render("shop", path, INVENTORY, {}, {})


def test_a_stack_runs_with_secrets_made_for_it(cluster: apply.Cluster, host: PrivateHost, tmp_path: Path) -> None:
    wanted = shop(tmp_path)
    secrets.create(cluster, wanted)
    rollout.deploy(cluster, wanted)
    container = host.run(("docker", "ps", "-q", "--filter", "label=harden.profile=web")).text.strip()
    token = host.run(("docker", "exec", container, "cat", "/run/secrets/token")).text
    link = host.run(("docker", "exec", container, "cat", "/run/secrets/link")).text
    assert len(token) == 20
    assert link == f"https://user:{token}@host/"
    with engine(host) as running:
        (network,) = running.overlays(STACK_LABEL, "shop")
        assert network.subnets[0].startswith("172.29.")
        (task,) = running.tasks(STACK_LABEL, "shop")
        assert not apply.announce(cluster, wanted, restart=False)
        assert running.announced(network.id) == {task.id}
        assert running.announced("no-such-network") == set()


def test_what_the_engines_client_makes_of_each_form_is_as_asked_until_it_is_changed(
    cluster: apply.Cluster, host: PrivateHost, tmp_path: Path
) -> None:
    path = tmp_path / "forms.yml"
    path.write_text(FORMS)
    wanted = stack.render("shop", path, INVENTORY, {}, {})
    secrets.create(cluster, wanted)
    assert host.run(("docker", "config", "create", "names-1", "-"), stdin=b"names").ok
    with engine(host) as running:
        document = stack.compose(wanted, stored_names(wanted, running.secrets()), cluster.project.profiles)
        text = stack.as_yaml(document).encode()
        assert host.run(("docker", "stack", "deploy", "--resolve-image", "never", "-c", "-", "shop"), stdin=text).ok

        def changed() -> dict[str, tuple[str, ...]]:
            return drift.changed(wanted, document, running.services(STACK_LABEL, "shop"), running.networks())

        assert changed() == {}
        change = ("--detach", "--mount-add", "type=bind,source=/run,target=/host", "--user", "0", "shop_full")
        assert host.run(("docker", "service", "update", *change)).ok
        assert [line.split()[0] for line in changed()["shop_full"]] == ["user", "mounts"]
        assert host.run(("docker", "service", "update", "--detach", "--args", "reboot", "shop_every")).ok
        assert changed()["shop_every"] == ("another command",)


def test_secrets_that_exist_stay_as_they_are(cluster: apply.Cluster, host: PrivateHost, tmp_path: Path) -> None:
    wanted = shop(tmp_path)
    secrets.create(cluster, wanted)
    with engine(host) as running:
        before = {secret.id for secret in running.secrets()}
        secrets.create(cluster, wanted)
        assert {secret.id for secret in running.secrets()} == before


def test_a_lost_template_is_made_again_from_the_running_value(
    cluster: apply.Cluster, host: PrivateHost, tmp_path: Path
) -> None:
    """As after a deploy that was killed: the password is in use already, the address made of it is missing."""
    wanted = shop(tmp_path)
    secrets.create(cluster, wanted)
    without_link = stack.render(
        "shop", _edited(tmp_path, "secrets: [token, link]", "secrets: [token]"), INVENTORY, {}, {}
    )
    rollout.deploy(cluster, without_link)
    with engine(host) as running:
        (link,) = (secret for secret in running.secrets() if "_link_" in secret.spec.name)
        running.remove_secret(link.id)
    secrets.create(cluster, wanted)
    with engine(host) as running:
        assert {secret.spec.name for secret in running.secrets()} >= {link.spec.name}, "the same value, the same name"


CERTIFIED = COMPOSE.replace("secrets: [token, link]", "secrets: [own, ca]").replace(
    COMPOSE[COMPOSE.index("secrets:\n") :],
    """\
secrets:
  ca:
    x-harden: {{generate: authority}}
  own:
    x-harden: {{generate: certificate, authority: ca, names: [web]}}
""",
)


def certified(tmp_path: Path) -> Stack:
    path = tmp_path / "certified.yml"
    path.write_text(CERTIFIED.format(image="apply:1", command="[sleep, '1000']"))
    return stack.render("shop", path, INVENTORY, {}, {})


def mounted(host: PrivateHost) -> tuple[str, str]:
    """The authorities and the certificate that the running task has."""
    container = host.run(("docker", "ps", "-q", "--filter", "label=harden.profile=web")).text.strip()
    ca, own = (host.run(("docker", "exec", container, "cat", f"/run/secrets/{name}")).text for name in ("ca", "own"))
    return ca, own


def trusted(host: PrivateHost, wanted: Stack) -> Stack:
    with engine(host) as running:
        return plan.with_trusted(wanted, running.secrets(), running.tasks(STACK_LABEL, "shop"), time.time())


def test_certificates_are_issued_and_renewed_in_two_rollouts(
    cluster: apply.Cluster, host: PrivateHost, tmp_path: Path
) -> None:
    wanted = certified(tmp_path)
    secrets.issue(cluster, wanted, "ca")
    rollout.deploy(cluster, trusted(host, wanted))
    first_ca, first_own = mounted(host)
    (authority,), (own,) = read(first_ca), read(first_own)
    assert own.signer == authority.own
    assert "PRIVATE KEY" in first_own
    assert "PRIVATE" not in first_ca
    secrets.issue(cluster, wanted, "ca")
    rollout.deploy(cluster, trusted(host, wanted))
    both, still = mounted(host)
    assert still == first_own
    assert read(both)[1:] == (authority,)
    rollout.deploy(cluster, trusted(host, wanted))
    same, renewed = mounted(host)
    assert same == both
    assert read(renewed)[0].signer == read(both)[0].own
    with engine(host) as running:
        told = [(secret.spec.labels or {}).get("harden.certificate", "") for secret in running.secrets()]
    assert not [text for text in told if "PRIVATE" in text]


def test_what_was_issued_is_told_with_the_authority_to_trust(cluster: apply.Cluster, tmp_path: Path) -> None:
    wanted = certified(tmp_path)
    project = msgspec.structs.replace(cluster.project, stacks=(wanted,))
    secrets.issue(cluster, wanted, "ca")
    found = {each.secret: each for each in issued.issued(project, cluster.hosts)}
    assert set(found) == {"ca", "own"}
    assert (found["own"].names, found["own"].kind, found["own"].renewal) == (("web",), "certificate", False)
    assert found["own"].days_left in {364, 365}
    assert issued.authority(project, cluster.hosts, "own") == read(found["ca"].authority)[0].pem
    with pytest.raises(HardenError, match="the cluster has no certificate `token`") as caught:
        issued.authority(project, cluster.hosts, "token")
    assert "ca, own" in caught.value.hint


def test_replaced_certificates_can_be_removed_and_used_ones_cannot(
    cluster: apply.Cluster, host: PrivateHost, tmp_path: Path
) -> None:
    wanted = certified(tmp_path)
    secrets.issue(cluster, wanted, "ca")
    rollout.deploy(cluster, wanted)
    with engine(host) as running:
        newest = newest_secrets(wanted, running.secrets())["own"].spec.name
        older = {each.spec.name for each in running.secrets() if "_own_" in each.spec.name} - {newest}
    secrets.remove(cluster, older)
    with engine(host) as running:
        assert {each.spec.name for each in running.secrets() if "_own_" in each.spec.name} == {newest}
    with pytest.raises(FailedError, match="in use"):
        secrets.remove(cluster, {newest})


def _edited(tmp_path: Path, old: str, new: str) -> Path:
    path = tmp_path / "edited.yml"
    text = (tmp_path / "stack.yml").read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return path


def test_a_task_that_keeps_failing_fails_the_deploy_with_its_error(cluster: apply.Cluster, tmp_path: Path) -> None:
    wanted = shop(tmp_path, command="[/bin/none]")
    secrets.create(cluster, wanted)
    with pytest.raises(FailedError, match=r"shop_web: its tasks keep failing: .*no such file"):
        rollout.deploy(cluster, wanted)


def test_an_update_that_fails_does_not_pass_for_a_success(cluster: apply.Cluster, tmp_path: Path) -> None:
    first = shop(tmp_path)
    secrets.create(cluster, first)
    rollout.deploy(cluster, first)
    with pytest.raises(FailedError, match="shop_web: "):
        rollout.deploy(cluster, shop(tmp_path, command="[/bin/none]"))


def test_the_second_of_two_deploys_is_told_who_holds_the_lock(host: PrivateHost) -> None:
    with (
        apply.deploy_lock(host),
        pytest.raises(HardenError, match=r"another deploy is under way: \w+@.* since 20"),
        apply.deploy_lock(host),
    ):
        pytest.fail("both hold the lock")
    with apply.deploy_lock(host):
        pass


def test_an_engine_that_refuses_is_quoted(host: PrivateHost) -> None:
    with (
        pytest.raises(FailedError, match=r"here: the engine refused: .*already part of a swarm"),
        engine(host) as running,
    ):
        running.init_swarm("127.0.0.1", autolock=False, cert_expiry=3600 * 10**9, heartbeat=5 * 10**9)
