"""Replica sets of real members on a real engine: made, changed, healed, rolled over, under a load of writes."""

from __future__ import annotations

import subprocess
import threading
import time
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
import pytest
import yaml

from hardening import apply, stack
from hardening.apply import healing, replica_set, rollout, secrets
from hardening.apply.set_changes import settle
from hardening.apply.set_members import observe, reach
from hardening.errors import FailedError, HardenError
from hardening.hosts.database import PyMongoError
from hardening.hosts.engine import engine
from hardening.model.plan import PrepareReplicaSet
from hardening.model.policy import RoleProfile
from hardening.model.project import EngineSettings, Project, SwarmSettings
from hardening.model.stack import STACK_LABEL, Stack
from hardening.plan import certificates
from hardening.plan.replica_set import conform, settings
from tests.engine.private_host import INVENTORY, PrivateHost

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path

    from hardening.hosts.database import Client
    from hardening.images import BuiltImage
    from hardening.model.replica_set import SetView
    from hardening.model.result import Result

pytestmark = [pytest.mark.engine, pytest.mark.timeout(900)]

T = TypeVar("T")
Dockerd = Any  # conftest.Engine, which a test module cannot import by name
SERVICES = ("m1", "m2", "m3", "x")
TEMPLATE = """\
x-harden:
  replica_sets:
    rs0:
      members: [{{ members | join(', ') }}]
      arbiter: x
      arbiter_votes: {{ arbiter_votes }}
      election_timeout_ms: {{ election }}
      keyfile: keyfile
      authority: database_ca
      users:
        shop: {password: shop_password, db: shop, roles: [{role: readWrite, db: shop}]}
secrets:
  keyfile:
    x-harden: {generate: random, length: 200}
  shop_password:
    x-harden: {generate: random}
  database_ca:
    x-harden: {generate: authority}
{% for name in everybody %}
  {{ name }}_certificate:
    x-harden: {generate: certificate, authority: database_ca, usage: [server, client], names: [{{ name }}, 127.0.0.1]}
{% endfor %}
networks:
  data: {driver: overlay, internal: true}
volumes: {m1: {}, m2: {}, m3: {}, x: {}}
services:
{% for name in services %}
  {{ name }}:
    image: {{ images.mongod }}
    hostname: {{ name }}
    command: [--config, /etc/mongod.conf, --setParameter, diagnosticDataCollectionEnabled=false]
    environment: {GENERATION: "{{ generation }}"}
    user: "999:999"
    read_only: true
    networks: [data]
    volumes:
      - {type: volume, source: {{ name }}, target: /data/db}
      - {type: tmpfs, target: /tmp}
    secrets:
      - {source: keyfile, uid: "999", gid: "999", mode: 0400}
      - {source: shop_password, uid: "999", gid: "999", mode: 0400}
      - {source: database_ca, target: database_ca.pem, uid: "999", gid: "999", mode: 0400}
      - {source: {{ name }}_certificate, target: member.pem, uid: "999", gid: "999", mode: 0400}
    healthcheck:
      test: [CMD, /usr/bin/curl, --silent, --fail, --output, /dev/null,
             --cacert, /run/secrets/database_ca.pem, "https://127.0.0.1:27017/"]
      interval: 1s
    deploy: {endpoint_mode: dnsrr, restart_policy: {delay: 1s}, update_config: {failure_action: pause, monitor: 2s}}
{% endfor %}
"""
DEFAULTS: dict[str, object] = {
    "members": ["m1", "m2", "m3"],
    "services": SERVICES,
    "everybody": SERVICES,
    "arbiter_votes": "false",
    "election": 5000,
    "generation": 1,
}


class Shop:
    """The stack on the engine, as it was last asked for."""

    def __init__(self, cluster: apply.Cluster, folder: Path, image: str) -> None:
        self.cluster, self._image = cluster, image
        self._file = folder / "stack.yml.j2"
        self._file.write_text(TEMPLATE)
        self.stack = self.wanted()

    def wanted(self, **variables: object) -> Stack:
        return stack.render("shop", self._file, INVENTORY, {"mongod": self._image}, DEFAULTS | variables)

    def deploy(self, **variables: object) -> None:
        self.stack = self.wanted(**variables)
        secrets.create(self.cluster, self.stack)
        rollout.deploy(self.cluster, self.stack)
        self.prepare()

    def prepare(self) -> None:
        replica_set.prepare(self.cluster, PrepareReplicaSet(self.stack, "rs0", self.stack.replica_sets["rs0"]))

    def view(self) -> SetView:
        with reach(self.cluster.hosts, self.stack, self.stack.replica_sets["rs0"], seconds=10) as members:
            view = observe(members)
        assert view
        return view

    def votes(self) -> dict[str, int]:
        return {member.host.partition(":")[0]: member.votes for member in self.view().members}

    def wait_until_whole(self) -> SetView:
        deadline = time.monotonic() + 60
        view = self.view()
        while not (view.primary and all(member.is_up for member in view.members)):
            assert time.monotonic() < deadline, view
            time.sleep(0.2)
            view = self.view()
        return view


@pytest.fixture(scope="module")
def host(dockerd: Dockerd) -> Generator[PrivateHost]:
    private = PrivateHost(dockerd)
    with engine(private) as running:
        running.init_swarm("127.0.0.1", autolock=False, cert_expiry=3600 * 10**9, heartbeat=5 * 10**9)
    yield private
    private.remove_stack("shop")
    dockerd.docker("swarm", "leave", "--force")


def _left(host: PrivateHost) -> list[str]:
    return host.run(("docker", "ps", "-aq", "--filter", f"label={STACK_LABEL}=shop")).text.split()


@pytest.fixture(scope="module")
def shop(
    dockerd: Dockerd, host: PrivateHost, images: dict[str, BuiltImage], tmp_path_factory: pytest.TempPathFactory
) -> Shop:
    """A set of three members, with its arbiter on stand-by; every test leaves it so."""
    profiles: dict[str, RoleProfile] = {}
    project = Project("test", ".", INVENTORY, EngineSettings(), SwarmSettings(), (), profiles)
    lines: list[str] = []
    cluster = apply.Cluster(project, {"here": host}, lambda _node, line: lines.append(line), pace=3.0)
    made = Shop(cluster, tmp_path_factory.mktemp("shop"), dockerd.load(images["mongod"]))
    for family in certificates.families(made.stack):
        secrets.issue(cluster, made.stack, family)
    secrets.create(cluster, made.stack)
    # As if the first deploy had been stopped while its members started: preparing them has to wait for them.
    with pytest.raises(KeyboardInterrupt):
        rollout.deploy(apply.Cluster(project, {"here": host}, _stop, pace=3.0), made.stack)
    made.prepare()
    made.deploy()
    return made


def _stop(_node: str, line: str) -> None:
    if line.startswith("waiting for"):
        raise KeyboardInterrupt


class Load:
    """One majority write after another; each that was acknowledged is remembered."""

    def __init__(self, shop: Shop) -> None:
        self._shop, self._stop = shop, threading.Event()
        self.acknowledged: list[int] = []
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        number = 0
        while not self._stop.is_set():
            try:
                with ExitStack() as open_ways:
                    number = self._write_until_it_fails(open_ways, number)
            except (HardenError, PyMongoError):
                time.sleep(0.1)  # no primary at this moment: that is what is measured

    def _write_until_it_fails(self, open_ways: ExitStack, number: int) -> int:
        members = open_ways.enter_context(
            reach(self._shop.cluster.hosts, self._shop.stack, self._shop.stack.replica_sets["rs0"], seconds=5)
        )
        view = observe(members)
        if not view or not view.primary:
            return number
        rows = members.reached[view.primary.host.partition(":")[0]].client["load"]["rows"]
        while not self._stop.is_set():
            number += 1
            try:
                rows.insert_one({"_id": number})
            except PyMongoError:
                return number
            self.acknowledged.append(number)
            time.sleep(0.01)
        return number

    @contextmanager
    def running(self) -> Generator[Load]:
        self._thread.start()
        self.wait_for_more()
        try:
            yield self
            self.wait_for_more()
        finally:
            self._stop.set()
            self._thread.join(30)

    def wait_for_more(self) -> None:
        wanted, deadline = len(self.acknowledged) + 5, time.monotonic() + 60
        while len(self.acknowledged) < wanted:
            assert time.monotonic() < deadline, "writes do not come back"
            time.sleep(0.05)

    def lost(self) -> set[int]:
        """Acknowledged writes that the set no longer has."""
        self._shop.wait_until_whole()
        there = self._of_primary(lambda client: {int(row["_id"]) for row in client["load"]["rows"].find()})
        self._of_primary(lambda client: client.drop_database("load"))
        assert self.acknowledged
        return set(self.acknowledged) - there

    def _of_primary(self, question: Callable[[Client], T]) -> T:
        """Ask the primary; anew where another takes its place meanwhile, as the preferred one does once it is back."""
        shop, deadline = self._shop, time.monotonic() + 60
        while True:
            try:
                with reach(shop.cluster.hosts, shop.stack, shop.stack.replica_sets["rs0"], seconds=10) as members:
                    view = observe(members)
                    assert view
                    assert view.primary
                    return question(members.reached[view.primary.host.partition(":")[0]].client)
            except (AssertionError, HardenError, PyMongoError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.5)


@contextmanager
def away(shop: Shop, service: str) -> Iterator[None]:
    """A member whose task is taken away, as with its machine."""
    host = shop.cluster.hosts["here"]
    assert host.run(("docker", "service", "scale", "--detach", f"shop_{service}=0")).ok
    try:
        yield
    finally:
        assert host.run(("docker", "service", "scale", f"shop_{service}=1"), timeout=180).ok


def heal_until(shop: Shop, votes: dict[str, int]) -> None:
    """Heal again and again, as from a timer, until the set has these votes and nothing is left to do."""
    deadline = time.monotonic() + 150
    while True:
        report = healing.heal(shop.cluster, shop.stack, "rs0", lambda _report: True, demote_after=5)
        assert report
        if shop.votes() == votes and not report.decision.steps:
            return
        assert time.monotonic() < deadline, report
        time.sleep(0.5)


def test_a_set_is_made_with_the_times_that_were_asked_for(shop: Shop) -> None:
    view = shop.wait_until_whole()
    assert [(member.host, member.votes, member.priority) for member in view.members] == [
        ("m1:27017", 1, 2), ("m2:27017", 1, 1), ("m3:27017", 1, 1),
    ]  # fmt: skip
    assert view.settings == settings(shop.stack.replica_sets["rs0"])
    assert view.write_concern == "majority"


def test_other_times_and_topologies_are_held_and_taken_back(shop: Shop) -> None:
    shop.stack = shop.wanted(election=4000, arbiter_votes="true")
    shop.prepare()
    assert shop.view().settings["electionTimeoutMillis"] == 4000
    assert shop.votes() == {"m1": 1, "m2": 1, "m3": 1, "x": 1}
    shop.stack = shop.wanted()
    shop.prepare()
    assert shop.view().settings["electionTimeoutMillis"] == 5000
    assert shop.votes() == {"m1": 1, "m2": 1, "m3": 1}


def test_a_primary_hands_over_within_moments(shop: Shop) -> None:
    shop.wait_until_whole()
    with Load(shop).running() as load:
        done = healing.stepdown(shop.cluster, shop.stack, "rs0")
    assert done.after != done.before
    assert done.writes_out < 10, "seconds; a handover, not an election after a loss"
    assert load.lost() == set()


def test_members_of_a_set_are_never_down_together_while_the_stack_changes(shop: Shop, dockerd: Dockerd) -> None:
    shop.wait_until_whole()
    with Load(shop).running() as load, events(dockerd) as lines:
        shop.deploy(generation=2)
    down = _times_down(lines)
    assert {service for _, _, service in down} == {"m1", "m2", "m3"}, "every member was to be replaced"
    for (_, up, first), (gone, _, second) in pairwise(down):
        assert up <= gone, f"{first} came back at {up}, {second} was down from {gone} on: {down}"
    assert load.lost() == set()


@contextmanager
def events(dockerd: Dockerd) -> Generator[list[str]]:
    """What the engine tells of containers, filled in when the context ends. It forgets all but its last 256 events."""
    kinds = [word for kind in ("kill", "die", "health_status") for word in ("--filter", f"event={kind}")]
    argv = ["docker", "--host", f"unix://{dockerd.socket}", "events", "--format", "{{json .}}", *kinds]
    lines: list[str] = []
    listening = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
    try:
        yield lines
    finally:
        listening.terminate()
        lines += listening.communicate(timeout=30)[0].splitlines()


def _times_down(lines: list[str]) -> list[tuple[int, int, str]]:
    """(from, until, service) in the engine's nanoseconds, in order: from a task's end to its successor's health."""
    gone: dict[str, int] = {}
    down = []
    for line in lines:
        event = msgspec.json.decode(line)
        service = event["Actor"]["Attributes"].get("com.docker.swarm.service.name", "").removeprefix("shop_")
        if service not in {"m1", "m2", "m3"}:
            continue
        if event["Action"] in {"die", "kill"}:
            gone.setdefault(service, event["timeNano"])
        elif event["Action"] == "health_status: healthy" and service in gone:
            down.append((gone.pop(service), event["timeNano"], service))
    assert not gone, f"never came back: {gone}"
    return sorted(down)


def test_a_deploy_that_was_killed_goes_on_where_it_was(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.wait_until_whole()
    host = shop.cluster.hosts["here"]
    sent: list[set[str]] = []
    run = host.run

    def watched(argv: tuple[str, ...], *, stdin: bytes = b"", timeout: float = 120) -> Result:
        if argv[:3] == ("docker", "stack", "deploy"):
            sent.append(set(yaml.safe_load(stdin)["services"]))
            if len(sent) == 2:
                raise KeyboardInterrupt
        return run(argv, stdin=stdin, timeout=timeout)

    monkeypatch.setattr(host, "run", watched)
    with pytest.raises(KeyboardInterrupt):
        shop.deploy(generation=3)
    (done,) = sent[0]
    sent[:] = [set()] * 3
    shop.deploy(generation=3)
    again = sent[3:]
    assert [len(services) for services in again] == [1] * (len(SERVICES) - 1) + [len(SERVICES)]
    assert {done} not in again, "what runs as it should is not restarted"


def test_the_whole_file_after_its_parts_changes_nothing(shop: Shop) -> None:
    host = shop.cluster.hosts["here"]
    before = sorted(_left(host))  # type: ignore[arg-type]  # the private host
    shop.deploy(generation=3)
    assert sorted(_left(host)) == before  # type: ignore[arg-type]  # as above


@pytest.mark.parametrize("service", ["m3", "m1"], ids=["a secondary", "the preferred primary"])
def test_a_lost_member_is_replaced_by_the_arbiter_until_it_is_back(shop: Shop, service: str) -> None:
    shop.deploy(generation=3)
    shop.wait_until_whole()
    with Load(shop).running() as load:
        with away(shop, service):
            heal_until(shop, {"m1": 1, "m2": 1, "m3": 1, "x": 1} | {service: 0})
            load.wait_for_more()
        heal_until(shop, {"m1": 1, "m2": 1, "m3": 1})
    assert load.lost() == set()
    assert conform(shop.stack.replica_sets["rs0"], shop.view(), arbiter_runs=True).steps == ()


def test_nothing_is_healed_without_consent(shop: Shop) -> None:
    shop.wait_until_whole()
    with away(shop, "m2"):
        deadline = time.monotonic() + 60
        while not (report := healing.status(shop.cluster, shop.stack, "rs0", demote_after=5)).decision.steps:
            assert time.monotonic() < deadline
            time.sleep(0.5)
        assert not report.is_well
        assert "m2" in report.unread
        assert healing.heal(shop.cluster, shop.stack, "rs0", lambda _report: False, demote_after=5) is None
        assert shop.votes() == {"m1": 1, "m2": 1, "m3": 1}
    shop.wait_until_whole()


def test_another_change_than_the_agreed_one_is_not_made(shop: Shop) -> None:
    shop.wait_until_whole()
    wanted = shop.wanted(election=4000).replica_sets["rs0"]
    with (
        reach(shop.cluster.hosts, shop.stack, wanted, seconds=10) as members,
        pytest.raises(FailedError, match="changed meanwhile"),
    ):
        settle(members, lambda view: conform(wanted, view, arbiter_runs=True), print, seconds=30, agreed=())
    assert shop.view().settings["electionTimeoutMillis"] == 5000


def test_a_member_that_leaves_the_stack_leaves_the_set_before_its_service_goes(shop: Shop) -> None:
    shop.deploy(generation=3, members=["m1", "m2"], services=["m1", "m2", "x"], arbiter_votes="true")
    assert shop.votes() == {"m1": 1, "m2": 1, "x": 1}
    shop.deploy(generation=3)
    assert shop.votes() == {"m1": 1, "m2": 1, "m3": 1}
    shop.wait_until_whole()
