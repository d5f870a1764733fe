"""When certificates are issued, and which of them may be used while tasks still trust former authorities only."""

import json
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from hardening import certificates as issuing
from hardening import plan
from hardening.model.known import Known
from hardening.model.plan import Phase, Step
from hardening.model.stack import (
    CERTIFICATE_LABEL,
    OWNER_LABEL,
    SECRET_LABEL,
    GeneratedSecret,
    Stack,
    StackService,
)
from hardening.model.swarm import (
    ContainerSpec,
    SecretReference,
    Stored,
    StoredSpec,
    Task,
    TaskStatus,
    TaskTemplate,
)
from hardening.plan import certificates
from hardening.plan.stacks import newest_secrets, stored_names
from hardening.stack import compose
from tests.unit.facts_factory import deployed

SECRETS = {
    "ca": GeneratedSecret("authority"),
    "db1": GeneratedSecret("certificate", authority="ca", names=("db1", "127.0.0.1"), usage=("server", "client")),
    "db2": GeneratedSecret("certificate", authority="ca", names=("db2",)),
    "site": GeneratedSecret("certificate", names=("shop.example",)),
    "token": GeneratedSecret("random"),
}
DAY = 86400


def shop(**secrets: GeneratedSecret) -> Stack:
    return Stack("shop", "stack.yml", json.dumps({"services": {}}), {}, SECRETS | secrets, {})


class Store:
    """The swarm's secrets, as a deploy leaves them."""

    def __init__(self) -> None:
        self.secrets: list[Stored] = []
        self.now = 0.0

    def issue(self, family: str, stack: Stack | None = None) -> None:
        """As `hardening.apply.secrets.issue` does."""
        stack = stack or shop()
        wanted = {name: certificates.wanted(stack.secrets[name]) for name in certificates.families(stack)[family]}
        authority, issued = issuing.issue(f"shop {family}", wanted)
        self.now = issuing.read(authority)[0].not_before + 3600
        if family == "ca":
            former = certificates.former(newest_secrets(stack, tuple(self.secrets)).get("ca"), self.now)
            self.put("ca", "".join((authority, *former)))
        for name, each in issued.items():
            self.put(name, each.certificate + authority)

    def put(self, name: str, certificate: str) -> None:
        number = len(self.secrets)
        made = f"2026-01-01T00:00:{number:02}Z"
        labels = {OWNER_LABEL: "shop", SECRET_LABEL: name, CERTIFICATE_LABEL: certificate}
        self.secrets.append(Stored(f"id{number}", made, made, StoredSpec(f"shop_{name}_{number}", labels)))

    def newest(self, stack: Stack | None = None) -> Mapping[str, Stored]:
        return newest_secrets(stack or shop(), tuple(self.secrets))

    def task(self, *names: str, state: str = "running") -> Task:
        """A task that mounts secrets, by their names in the swarm."""
        ids = {each.spec.name: each.id for each in self.secrets}
        uses = tuple(SecretReference(ids[name], name) for name in names)
        return Task("t", spec=TaskTemplate(ContainerSpec(secrets=uses)), status=TaskStatus(state))

    def used(self, *tasks: Task) -> dict[str, str]:
        """Which version of each secret would be deployed."""
        secrets = tuple(self.secrets)
        return stored_names(certificates.with_trusted(shop(), secrets, tasks, self.now), secrets)


@pytest.fixture
def store() -> Store:
    fresh = Store()
    fresh.issue("ca")  # shop_ca_0, shop_db1_1, shop_db2_2
    fresh.issue("site")  # shop_site_3
    return fresh


def test_everything_is_due_on_an_empty_swarm() -> None:
    assert certificates.due(shop(), {}, 0) == {"ca": "lacks ca, db1, db2", "site": "lacks site"}


def test_nothing_is_due_while_all_is_as_asked(store: Store) -> None:
    assert certificates.due(shop(), store.newest(), store.now) == {}
    assert certificates.due(shop(), store.newest(), store.now + 240 * DAY) == {}


@pytest.mark.parametrize(
    ("name", "change", "family", "reason"),
    [
        ("db2", {"names": ("db2", "db2.internal")}, "ca", "db2 is for db2, not db2, db2.internal"),
        ("db1", {"usage": ("server",)}, "ca", "db1 is of use as server, client, not server"),
        ("site", {"days": 90}, "site", "site lives 365 days, not 90"),
        ("site", {"authority": "ca"}, "ca", "site was not signed by the newest authority"),
    ],
)
def test_what_is_asked_otherwise_is_issued_anew_with_its_family(
    store: Store, name: str, change: dict[str, object], family: str, reason: str
) -> None:
    changed = shop(**{name: msgspec.structs.replace(SECRETS[name], **change)})
    assert certificates.due(changed, store.newest(changed), store.now) == {family: reason}


def test_names_are_the_same_however_they_are_written(store: Store) -> None:
    other = shop(db1=msgspec.structs.replace(SECRETS["db1"], names=("127.0.0.1", "DB1")))
    assert certificates.due(other, store.newest(other), store.now) == {}


def test_less_than_a_third_of_a_life_is_the_time_to_renew(store: Store) -> None:
    found = certificates.due(shop(), store.newest(), store.now + 250 * DAY)
    assert set(found) == {"ca", "site"}
    assert found["site"].startswith("site ends on 20")


def test_a_deploy_that_was_killed_between_authority_and_certificates_is_seen(store: Store) -> None:
    store.issue("ca")
    del store.secrets[-1]
    assert certificates.due(shop(), store.newest(), store.now) == {"ca": "db2 was not signed by the newest authority"}


def test_a_renewed_authority_is_trusted_beside_those_still_valid(store: Store) -> None:
    store.issue("ca")
    first, second = (certificates.certificates_of(each) for each in store.secrets if "_ca_" in each.spec.name)
    assert second[1:] == first
    assert certificates.former(store.newest()["ca"], store.now + 400 * DAY) == ()


def test_without_tasks_the_newest_is_used(store: Store) -> None:
    store.issue("ca")
    assert store.used() == {"ca": "shop_ca_4", "db1": "shop_db1_5", "db2": "shop_db2_6", "site": "shop_site_3"}


def test_a_renewal_goes_out_in_two_rollouts(store: Store) -> None:
    old = store.task("shop_ca_0", "shop_db1_1"), store.task("shop_ca_0", "shop_db2_2")
    assert store.used(*old)["ca"] == "shop_ca_0"
    store.issue("ca")  # shop_ca_4, shop_db1_5, shop_db2_6
    first = store.used(*old)
    assert (first["ca"], first["db1"], first["db2"]) == ("shop_ca_4", "shop_db1_1", "shop_db2_2")
    # One member is restarted, the other not yet: nothing changes.
    assert store.used(store.task("shop_ca_4", "shop_db1_1"), old[1]) == first
    # Everybody trusts the new authority. A client that mounts it alone counts as well.
    trusting = store.task("shop_ca_4", "shop_db1_1"), store.task("shop_ca_4", "shop_db2_2")
    assert store.used(*trusting, store.task("shop_ca_0")) == first
    second = store.used(*trusting, store.task("shop_ca_4"))
    assert (second["ca"], second["db1"], second["db2"]) == ("shop_ca_4", "shop_db1_5", "shop_db2_6")
    # And it stays so while the second rollout is under way.
    assert store.used(store.task("shop_ca_4", "shop_db1_5"), trusting[1]) == second


def test_tasks_that_ended_are_nobody_to_mind(store: Store) -> None:
    store.issue("ca")
    ended = store.task("shop_ca_0", "shop_db1_1", state="shutdown")
    assert store.used(ended)["db1"] == "shop_db1_5"


def test_a_certificate_that_is_over_holds_nothing_up(store: Store) -> None:
    task = store.task("shop_ca_0", "shop_db1_1")
    store.issue("ca")
    store.now += 400 * DAY
    assert store.used(task)["db1"] == "shop_db1_5"


def test_a_certificate_with_an_authority_of_its_own_is_used_at_once(store: Store) -> None:
    task = store.task("shop_site_3")
    store.issue("site")
    assert store.used(task)["site"] == "shop_site_4"


# --- the plan as a whole ---------------------------------------------------------------------------------------------

Kit = Any  # conftest.Kit, which a test module cannot import by name


class Deployed:
    """A cluster in which the shop runs as the last deploy left it, seen at a moment."""

    def __init__(self, kit: Kit, store: Store) -> None:
        self._kit, self._store = kit, store
        document = {
            "services": {
                "db1": {"image": "db@sha256:1", "secrets": ["ca", "db1"]},
                "web": {"image": "web@sha256:1", "secrets": [{"source": "site", "target": "site.pem"}]},
            }
        }
        services = {
            "db1": StackService("shop_db1", "", "db@sha256:1", {"ca": "ca", "db1": "db1"}),
            "web": StackService("shop_web", "", "web@sha256:1", {"site": "site"}),
        }
        secrets = {name: SECRETS[name] for name in ("ca", "db1", "site")}
        self.stack = Stack("shop", "stack.yml", json.dumps(document), services, secrets, {})
        self.running: dict[str, tuple[str, ...]] = {}

    def deploy(self, *, bundle: int, certificate: int, site: int) -> None:
        """Let services and tasks be what a stack step makes of these versions."""
        names = {"ca": f"shop_ca_{bundle}", "db1": f"shop_db1_{certificate}", "site": f"shop_site_{site}"}
        self._services = deployed("shop", compose(self.stack, names, {}))
        self._tasks = (self._store.task(names["ca"], names["db1"]), self._store.task(names["site"]))

    def plan(self, later: float = 0) -> tuple[Step, ...]:
        swarm = msgspec.structs.replace(
            self._kit.swarm({"edge": "true"}),
            secrets=tuple(self._store.secrets),
            services=self._services,
            tasks=self._tasks,
        )
        first = self._kit.hardened("n1", swarm_state=self._kit.member("n1"), swarm=Known(swarm))
        second = self._kit.hardened("n2", swarm_state=self._kit.member("n2"))
        facts = msgspec.structs.replace(self._kit.facts(first, second), gathered_at=self._store.now + later)
        made = plan.make(self._kit.project(stacks=(self.stack,)), facts)
        return tuple(step for step in made.steps if step.phase in {Phase.SECRETS, Phase.STACK, Phase.CLEANUP})


def test_a_renewal_is_planned_step_by_step_until_nothing_is_left(kit: Kit) -> None:
    store = Store()
    cluster = Deployed(kit, store)
    store.issue("ca", cluster.stack)  # shop_ca_0, shop_db1_1
    store.issue("site", cluster.stack)  # shop_site_2
    cluster.deploy(bundle=0, certificate=1, site=2)
    assert cluster.plan() == ()
    store.now += 300 * DAY
    due = cluster.plan()
    assert [step.summary for step in due] == [
        "Issue certificates of shop: db1",
        "Issue certificates of shop: site",
        "Deploy the stack shop",
    ]
    assert due[0].before.startswith("db1 ends on ")
    assert due[2].after == "change shop_db1, shop_web"
    store.issue("ca", cluster.stack)  # shop_ca_3, shop_db1_4
    store.issue("site", cluster.stack)  # shop_site_5
    cluster.deploy(bundle=3, certificate=1, site=5)  # what the pinned stack leads to
    (second,) = cluster.plan()
    assert (second.summary, second.after) == ("Deploy the stack shop", "change shop_db1")
    cluster.deploy(bundle=3, certificate=4, site=5)
    (cleanup,) = cluster.plan()
    assert (cleanup.phase, cleanup.before) == (Phase.CLEANUP, "shop_ca_0, shop_db1_1, shop_site_2")
    store.secrets = [each for each in store.secrets if each.spec.name not in cleanup.before]
    assert cluster.plan() == ()


def test_what_only_one_service_mounts_changes_that_service_alone(kit: Kit) -> None:
    store = Store()
    cluster = Deployed(kit, store)
    store.issue("ca", cluster.stack)
    store.issue("site", cluster.stack)
    cluster.deploy(bundle=0, certificate=1, site=2)
    site = msgspec.structs.replace(SECRETS["site"], names=("shop.example", "www.shop.example"))
    cluster.stack = msgspec.structs.replace(cluster.stack, secrets={**cluster.stack.secrets, "site": site})
    issue, deploy = cluster.plan()
    assert issue.before == "site is for shop.example, not shop.example, www.shop.example"
    assert deploy.after == "change shop_web"
