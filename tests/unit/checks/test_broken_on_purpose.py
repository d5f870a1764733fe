"""A clean cluster, broken in one place at a time: exactly the checks that are meant change, and nothing else."""

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from hardening import audit, checks
from hardening.model.engine import ContainerRestartPolicy, Endpoint, Image, LogConfig, Mount, Network
from hardening.model.facts import ContainerFacts, Facts, Inside, Route, StoppedContainer
from hardening.model.findings import Outcome, Status
from hardening.model.known import Known, Unavailable
from hardening.model.swarm import EndpointSpec, ManagerStatus, PublishedPort, Service, TaskTemplate
from tests.unit import facts_factory as given

replace = msgspec.structs.replace
ODD = "we b.$(reboot)`id`'\"<b>&\u202eé"


def clean() -> Facts:
    """Three managers that run a database and the web server, all as it should be."""
    services = (given.service(), *(given.service(f"shop_mongo{number}") for number in (1, 2, 3)))
    tasks = tuple(
        given.task(each, id=f"t{index}", node_id=f"m{index or 1}", slot=1, status=given.runs(f"c{index or 1}"))
        for index, each in enumerate(services)
    )
    told = given.swarm(services=services, tasks=tasks)
    nodes = []
    for number in (1, 2, 3):
        containers = [running(given.mongo_container(number), f"t{number}")]
        if number == 1:
            containers.append(running(given.container(), "t0"))
        engine = given.engine(*containers, node_id=f"m{number}")
        nodes.append(given.node(engine=Known(engine), swarm=Known(told), hostname=f"node{number}"))
    return given.cluster(*nodes, mongo=tuple(map(given.mongod, (1, 2, 3))), nginx=(given.nginx_server(),))


def running(container: ContainerFacts, task: str) -> ContainerFacts:
    config = container.inspect.config
    labels = {**(config.labels or {}), "com.docker.swarm.task.id": task}
    return replace(container, inspect=replace(container.inspect, config=replace(config, labels=labels)))


# --- ways to break it -------------------------------------------------------------------------------------------------

Break = Callable[[Facts], Facts]


def on_node(number: int, **changes: Any) -> Break:  # noqa: ANN401 - any field of a node
    """Other facts of one machine."""
    name = f"node{number}"
    return lambda facts: replace(facts, nodes={**facts.nodes, name: Known(replace(facts.nodes[name].value, **changes))})  # type: ignore[union-attr]


def on_engine(number: int, **changes: Any) -> Break:  # noqa: ANN401 - any field of an engine, or of what it holds
    """Other facts of one engine."""

    def broken(facts: Facts) -> Facts:
        engine = facts.nodes[f"node{number}"].value.engine.value  # type: ignore[union-attr]
        return on_node(number, engine=Known(given._altered(engine, changes)))(facts)  # noqa: SLF001 - the factory's own

    return broken


def container(service: str, change: Callable[[ContainerFacts], ContainerFacts]) -> Break:
    """Another container in the place of a service's, wherever it runs."""

    def broken(facts: Facts) -> Facts:
        for number in (1, 2, 3):
            found = facts.nodes[f"node{number}"].value.engine.value.containers.value  # type: ignore[union-attr]
            changed = tuple(change(each) if each.service == service else each for each in found)
            facts = on_engine(number, containers=Known(changed))(facts)
        return facts

    return broken


def web(**changes: Any) -> Break:  # noqa: ANN401 - any field of the engine's document
    """Another document of the web server's container."""
    return container("shop_web", lambda each: replace(each, inspect=given._altered(each.inspect, changes)))  # noqa: SLF001 - as above


def database(**changes: Any) -> Break:  # noqa: ANN401 - any field of the engine's document
    """Another document of a member's container."""
    return container("shop_mongo2", lambda each: replace(each, inspect=given._altered(each.inspect, changes)))  # noqa: SLF001 - as above


def process(**changes: Any) -> Break:  # noqa: ANN401 - any field of a process
    """Another process in the web server's container."""
    return container("shop_web", lambda each: replace(each, processes=Known((given.process(**changes),))))


def swarm(change: Callable[[Any], Any]) -> Break:
    """Another swarm, as every manager sees it."""

    def broken(facts: Facts) -> Facts:
        told = Known(change(facts.swarm.value))  # type: ignore[union-attr]
        for number in (1, 2, 3):
            facts = on_node(number, swarm=told)(facts)
        return facts

    return broken


def of_swarm(**changes: Any) -> Break:  # noqa: ANN401 - any field of a swarm
    return swarm(lambda told: given._altered(told, changes))  # noqa: SLF001 - as above


def service(name: str, change: Callable[[Service], Service]) -> Break:
    """Another definition, which its running task does not have."""
    return swarm(
        lambda told: replace(
            told, services=tuple(change(each) if each.spec.name == name else each for each in told.services)
        )
    )


def publishing(port: int, mode: str) -> Callable[[Service], Service]:
    opened = EndpointSpec("vip", (PublishedPort(port, "tcp", port, mode),))
    return lambda each: given._altered(each, {"endpoint_spec": opened})  # noqa: SLF001 - as above


def drifted(told: Any) -> Any:  # noqa: ANN401 - a swarm
    """The task of the web server was made from an older definition, and follows it."""
    old = TaskTemplate(container_spec=replace(told.services[0].spec.task_template.container_spec, user="0"))
    tasks = (
        replace(told.tasks[0], spec=replace(told.tasks[0].spec, container_spec=old.container_spec)),
        *told.tasks[1:],
    )
    return replace(told, tasks=tasks)


def member(number: int, **changes: Any) -> Break:  # noqa: ANN401 - any field of a database member
    return lambda facts: replace(
        facts,
        mongo=tuple(replace(each, **changes) if index == number else each for index, each in enumerate(facts.mongo, 1)),
    )


def nginx(old: str, new: str) -> Break:
    return lambda facts: replace(facts, nginx=(given.nginx_server(given.NGINX.replace(old, new)),))


def renamed(name: str) -> Break:
    """The web server's service is called otherwise everywhere, in the nodes' policy too."""
    once = json.dumps(name)[1:-1]
    twice = json.dumps(once)[1:-1]

    def broken(facts: Facts) -> Facts:
        text = msgspec.json.encode(facts).decode()
        text = text.replace(r"\"shop_web", r"\"" + twice).replace('"shop_web', '"' + once)
        return msgspec.json.decode(text.replace("/shop_web", "/" + once), type=Facts)

    return broken


def open_folder() -> Known[Inside]:
    files = {**given.MONGO_INSIDE.files, "/data/db": given.file(0o755, "mongodb", uid=999)}
    return given.altered_inside(given.mongod().inside, files=files)


TALKATIVE = Network("b", "bridge", "bridge", "local", options={"com.docker.network.bridge.enable_icc": "true"})
INGRESS = given.ingress()
ALLOWED = {"tls": {"mode": "allowTLS", "disabledProtocols": "TLS1_0,TLS1_1"}}
ON_ITS_WAY = {**given.SECURITY, "transitionToAuth": True}
FILES = given.files()
VOLUME = "/var/lib/docker/volumes/x/_data"
BIND = Mount("bind", "/var/run", "/host", rw=False)
OLD_CERTIFICATE = given.certificate_pem(given.NOW - 91 * 86400, 90)
OLD_AUTHORITY = given.certificate_pem(given.NOW - 300 * 86400, 310)
STRANGER = Image(given.IMAGE_ID, repo_digests=("registry:5000/web@sha256:" + "f" * 64,), created=int(given.NOW))
LOOSE_PROFILES = {"docker-default": "enforce", "harden-web": "complain"}

CASES: dict[str, tuple[Break, dict[str, Status]]] = {
    "a daemon setting: no log limits on one node": (
        on_node(2, daemon_config=given.settings(log_opts=None)),
        {"engine-log-limits": Status.FAIL, "engine-settings-equal": Status.FAIL},
    ),
    "the default bridge lets containers talk": (
        on_engine(1, networks=Known((TALKATIVE,))),
        {"engine-icc-off": Status.FAIL},
    ),
    "a daemon setting: userland proxy on": (
        on_node(3, daemon_config=given.settings(userland_proxy=True)),
        {"engine-userland-proxy-off": Status.FAIL, "engine-settings-equal": Status.FAIL},
    ),
    "a daemon setting: an insecure registry": (
        on_node(1, daemon_config=given.settings(insecure_registries=["10.0.0.9:5000"])),
        {"engine-registries-verified": Status.FAIL, "engine-settings-equal": Status.FAIL},
    ),
    "a daemon setting: a mirror in the clear": (
        on_node(1, daemon_config=given.settings(registry_mirrors=["http://mirror.lan"])),
        {"engine-registries-verified": Status.FAIL, "engine-settings-equal": Status.FAIL},
    ),
    "a daemon setting: the network, without naming TCP": (
        on_node(1, daemon_argv=Known(("dockerd", "-H0.0.0.0:4243"))),
        {
            "engine-tcp-api-closed": Status.FAIL,
            "engine-authorization-plugin": Status.FAIL,
            "engine-settings-equal": Status.FAIL,
        },
    ),
    "a daemon setting: live-restore in a swarm": (
        on_node(2, daemon_config=given.settings(live_restore=True)),
        {"engine-live-restore": Status.FAIL, "engine-settings-equal": Status.FAIL},
    ),
    "a flag of one engine": (
        on_node(3, daemon_argv=Known(("/usr/sbin/dockerd", "-H", "fd://", "--dns=192.0.2.1"))),
        {"engine-settings-equal": Status.FAIL},
    ),
    "settings changed and not in force": (
        on_node(1, daemon_started=Known(given.NOW - 9000)),
        {"engine-settings-in-force": Status.FAIL},
    ),
    "another default runtime": (on_engine(2, default_runtime="runc"), {"engine-default-runtime": Status.FAIL}),
    "an older engine": (
        on_engine(2, server_version="24.0.2"),
        {"engine-version-supported": Status.FAIL, "engine-versions-equal": Status.FAIL},
    ),
    "the folder of a mounted socket": (
        web(mounts=(BIND,)),
        {
            "container-engine-socket": Status.FAIL,
            "container-sensitive-mounts": Status.FAIL,
            "swarm-container-drift": Status.FAIL,
        },
    ),
    "a node's folder": (
        web(mounts=(Mount("bind", "/etc/shadow", "/x"),)),
        {"container-sensitive-mounts": Status.FAIL, "swarm-container-drift": Status.FAIL},
    ),
    "a link to the folder of the socket": (
        web(mounts=(Mount("bind", "/srv/x", "/host", reaches=("/run",)),)),
        {
            "container-engine-socket": Status.FAIL,
            "container-sensitive-mounts": Status.FAIL,
            "swarm-container-drift": Status.FAIL,
        },
    ),
    "a volume that leads to a node's folder": (
        web(mounts=(Mount("volume", VOLUME, "/data", reaches=("/etc", VOLUME)),)),
        {"container-sensitive-mounts": Status.FAIL},
    ),
    "a network that was joined by hand": (
        web(networks={"shop_data": Endpoint("n1"), "other": Endpoint("n9")}),
        {"swarm-container-drift": Status.FAIL},
    ),
    "a restart policy that was given by hand": (
        web(restart_policy=ContainerRestartPolicy("always")),
        {"swarm-container-drift": Status.FAIL},
    ),
    "a log without end": (web(log_config=LogConfig("json-file")), {"container-log-bounded": Status.FAIL}),
    "devices by rule": (web(device_cgroup_rules=("b *:* rwm",)), {"container-devices": Status.FAIL}),
    "the masks over /proc taken off": (web(masked_paths=()), {"container-privileged": Status.FAIL}),
    "the node's control groups": (web(cgroupns_mode="host"), {"container-host-namespaces": Status.FAIL}),
    "a container by another runtime": (web(runtime="runc"), {"engine-default-runtime": Status.FAIL}),
    "a paused container": (web(status="paused"), {"container-health": Status.FAIL}),
    "one more container with a task's labels": (
        container("shop_web", lambda each: replace(each, inspect=replace(each.inspect, id="c9"))),
        {"swarm-container-drift": Status.FAIL},
    ),
    "a secret in a variable of a harmless name": (
        web(env_secrets=("DB_URL",)),
        {"container-secrets-in-environment": Status.FAIL},
    ),
    "a privileged container": (web(privileged=True), {"container-privileged": Status.FAIL}),
    "the host's network": (web(network_mode="host"), {"container-host-namespaces": Status.FAIL}),
    "no memory limit": (
        web(memory=0),
        {"container-memory-limit": Status.FAIL, "swarm-container-drift": Status.FAIL},
    ),
    "a CPU weight that was given by hand": (web(cpu_shares=2), {"swarm-container-drift": Status.FAIL}),
    "another image than its digest says": (
        on_engine(1, images=Known((STRANGER,))),
        {"container-image-pulled": Status.FAIL},
    ),
    "no filter": (process(seccomp=0), {"container-seccomp": Status.FAIL}),
    "an unconfined process": (
        process(apparmor=Known("unconfined")),
        {
            "container-apparmor-enforced": Status.FAIL,
            "container-apparmor-own-profile": Status.FAIL,
            "container-matches-policy": Status.FAIL,
        },
    ),
    "root inside": (process(uid=100000), {"container-non-root": Status.FAIL}),
    "privileges to be gained": (
        process(no_new_privileges=False),
        {
            "container-no-new-privileges": Status.FAIL,
            "container-matches-policy": Status.FAIL,
            "container-setuid": Status.FAIL,
        },
    ),
    "a capability nobody asked for": (process(cap_effective=1 << 21), {"container-capabilities": Status.FAIL}),
    "no user namespace": (
        process(uid=10001, uid_map=((0, 0, 4294967295),)),
        {"container-user-namespace": Status.FAIL},
    ),
    "a profile that only complains": (
        on_node(2, apparmor_profiles=Known(LOOSE_PROFILES)),
        {"node-apparmor-profiles-enforced": Status.FAIL},
    ),
    "a wider profile loaded by hand under the same name": (
        on_node(2, apparmor_in_force=Known({"harden-web": False})),
        {"node-apparmor-rules-in-force": Status.FAIL},
    ),
    "a profile that differs on one node": (
        on_node(3, files={**FILES, "/etc/apparmor.d/harden-web": given.file(sha256="cd" * 32)}),
        {"node-profiles-equal": Status.FAIL},
    ),
    "a policy that differs on one node": (
        on_node(3, policy=Known(json.dumps(given.POLICY | {"version": 2}))),
        {"node-policy-equal": Status.FAIL},
    ),
    "another runtime on one node": (
        on_node(2, files={**FILES, given.RUNTIME_MODULE: given.file(sha256="cd" * 32)}),
        {"node-profiles-equal": Status.FAIL},
    ),
    "the engine's own profile only complains": (
        on_node(3, apparmor_profiles=Known({"docker-default": "complain", "harden-web": "enforce"})),
        {"node-apparmor-profiles-enforced": Status.FAIL},
    ),
    "a program of the engine for everybody": (
        on_node(1, files={**FILES, "/usr/sbin/runc": given.file(0o777)}),
        {"node-unit-files-protected": Status.FAIL},
    ),
    "programs at known addresses": (
        on_node(2, sysctls=Known({**given.SYSCTLS, "kernel.randomize_va_space": "0"})),
        {"node-sysctl-kernel": Status.FAIL},
    ),
    "a firewall switched off by a number": (
        on_node(2, daemon_argv=Known(("/usr/sbin/dockerd", "-H", "fd://", "--iptables=0"))),
        {"engine-firewall-managed": Status.FAIL, "engine-settings-equal": Status.FAIL},
    ),
    "a key in a config": (
        of_swarm(configs=(given.stored("shop_conf_1", "k1", holds_secret=True),)),
        {"swarm-spec-hardened": Status.FAIL},
    ),
    "a socket for a user by a list": (
        on_node(1, files={**FILES, "/run/docker.sock": given.file(0o660, "root", "docker", acl=True)}),
        {"node-engine-socket-protected": Status.FAIL},
    ),
    "a socket for everybody": (
        on_node(1, files={**FILES, "/run/docker.sock": given.file(0o666, "root", "docker", kind="socket")}),
        {"node-engine-socket-protected": Status.FAIL},
    ),
    "a folder of profiles for everybody": (
        on_node(1, files={**FILES, "/etc/harden/seccomp": given.file(0o777, kind="directory")}),
        {"node-policy-files-protected": Status.FAIL},
    ),
    "a compiled runtime of somebody's": (
        on_node(
            1,
            files={
                **FILES,
                "/usr/local/lib/harden/__pycache__": given.file(0o777, kind="directory"),
                "/usr/local/lib/harden/__pycache__/runtime.cpython-313.pyc": given.file(0o600),
            },
        ),
        {"node-policy-files-protected": Status.FAIL},
    ),
    "something put in beside the engine's unit": (
        on_node(1, files={**FILES, "/etc/systemd/system/docker.service.d/a.conf": given.file(0o666)}),
        {"node-unit-files-protected": Status.FAIL},
    ),
    "audit switched off": (
        on_node(1, audit_rules=Known(("-e 0", *given.AUDIT_RULES))),
        dict.fromkeys((f"node-audit-{what}" for what in ("data-root", "programs", "settings", "sockets")), Status.FAIL),
    ),
    "a member of the docker group": (
        on_node(1, groups={"docker": ("eve",)}),
        {"node-docker-group-empty": Status.FAIL, "engine-authorization-plugin": Status.FAIL},
    ),
    "a published database": (
        service("shop_mongo2", publishing(27017, "ingress")),
        {"mongo-not-published": Status.FAIL, "swarm-published-ports": Status.FAIL},
    ),
    "a database in the node's own network": (
        database(network_mode="host"),
        {"mongo-not-published": Status.FAIL, "container-host-namespaces": Status.FAIL},
    ),
    "a port beyond the allow-list": (
        service("shop_web", publishing(8080, "host")),
        {"swarm-published-ports": Status.FAIL},
    ),
    "a plain overlay": (
        of_swarm(networks=(given.overlay(options={}), INGRESS)),
        {"swarm-overlay-encrypted": Status.FAIL},
    ),
    "an overlay with addresses of a machine's own network": (
        on_node(2, routes=Known((Route("10.0.0.0/9", "eth1"),))),
        {"swarm-network-overlap": Status.FAIL},
    ),
    "an attachable overlay": (
        of_swarm(networks=(given.overlay(attachable=True), INGRESS)),
        {"swarm-network-attachable": Status.FAIL},
    ),
    "a node's certificate that ended": (
        on_node(2, swarm_certificate=Known(OLD_CERTIFICATE)),
        {"swarm-node-certificate": Status.FAIL},
    ),
    "an authority that ends soon": (of_swarm(trust_root=OLD_AUTHORITY), {"swarm-authority-valid": Status.FAIL}),
    "no autolock": (
        of_swarm(auto_lock_managers=False),
        {"swarm-autolock": Status.FAIL, "swarm-unlock-key-age": Status.NOT_APPLICABLE},
    ),
    "a task that drifted": (swarm(drifted), {"swarm-tasks-current": Status.FAIL, "swarm-container-drift": Status.FAIL}),
    "a container that is not what its task asks for": (
        web(user="0:0"),
        {"swarm-container-drift": Status.FAIL},
    ),
    "root in another group": (
        service("shop_web", lambda each: given._altered(each, {"user": "0:999"})),  # noqa: SLF001 - as above
        {"swarm-spec-hardened": Status.FAIL, "swarm-tasks-current": Status.FAIL},
    ),
    "a definition that asks for the node": (
        service("shop_web", lambda each: given._altered(each, {"capability_add": ("CAP_SYS_ADMIN",)})),  # noqa: SLF001 - as above
        {"swarm-spec-hardened": Status.FAIL, "swarm-tasks-current": Status.FAIL},
    ),
    "a machine that went over to another swarm": (
        on_engine(3, node_id="x3"),
        {"swarm-members-audited": Status.FAIL},
    ),
    "a tag instead of a digest": (
        service("shop_web", lambda each: given._altered(each, {"image": "registry:5000/web:1"})),  # noqa: SLF001 - as above
        {"swarm-image-pinned": Status.FAIL, "swarm-tasks-current": Status.FAIL},
    ),
    "a manager that does not answer": (
        of_swarm(
            nodes=(given.member(1), given.member(2), given.member(3, manager_status=ManagerStatus("unreachable")))
        ),
        {"swarm-quorum": Status.FAIL, "swarm-machine-loss": Status.FAIL},
    ),
    "a secret that nothing uses": (
        of_swarm(secrets=(given.stored("shop_key_1", "s1"), given.stored("old", "s9"))),
        {"swarm-secrets-unused": Status.FAIL},
    ),
    "an old secret": (
        of_swarm(secrets=(given.stored("shop_key_1", "s1", "2025-01-01T00:00:00Z"),)),
        {"swarm-secret-age": Status.FAIL},
    ),
    "a stray container": (
        on_engine(3, stopped=Known((StoppedContainer("tool", "exited", given.NOW - 9),))),
        {"engine-stopped-containers": Status.FAIL},
    ),
    "a member that answers everybody": (member(3, anonymous=Known("ok")), {"mongo-anonymous-refused": Status.FAIL}),
    "a member that answers in the clear": (
        member(2, plaintext=Known("answered")),
        {"mongo-tls-required": Status.FAIL},
    ),
    "a member whose TLS is only allowed": (
        member(1, cmd_line=given.options(net=ALLOWED)),
        {"mongo-tls-required": Status.FAIL, "mongo-settings-equal": Status.FAIL},
    ),
    "a member with a parameter more": (
        member(3, cmd_line=given.options(setParameter={"authFailedDelayMs": "0"})),
        {"mongo-settings-equal": Status.FAIL},
    ),
    "a member that enforces nothing yet": (
        member(2, cmd_line=given.options(security=ON_ITS_WAY)),
        {"mongo-authorization": Status.FAIL, "mongo-settings-equal": Status.FAIL},
    ),
    "a member that nobody knows": (
        member(1, replica_config=given.replica_config(*given.ENTRIES, {"host": "evil.example:27017", "votes": 0})),
        {"mongo-members-spread": Status.UNKNOWN},
    ),
    "data files open to others": (
        member(
            1,
            inside=given.altered_inside(
                given.mongod().inside,
                files={**given.MONGO_INSIDE.files, "/data/db": given.file(0o755, "mongodb", uid=999)},
            ),
        ),
        {"mongo-data-folder": Status.FAIL},
    ),
    "old TLS in the configuration": (
        nginx("ssl_protocols TLSv1.2 TLSv1.3;", "ssl_protocols TLSv1.1 TLSv1.2;"),
        {"nginx-tls-protocols": Status.FAIL},
    ),
    "a location that serves the system": (
        nginx("#more", "location /all/ { alias /; }"),
        {"nginx-alias-traversal": Status.FAIL},
    ),
    "a location that asks whom the client names": (
        nginx("proxy_pass $api;", "proxy_pass http://$arg_to;"),
        {"nginx-upstream-chosen": Status.FAIL},
    ),
    "limits that are only counted": (
        nginx("limit_req zone=all;", "limit_req zone=all; limit_req_dry_run on;"),
        {"nginx-rate-limit": Status.FAIL},
    ),
    "a cipher without authenticated encryption": (
        nginx("ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-SHA"),
        {"nginx-tls-ciphers": Status.FAIL},
    ),
    "a version shown": (nginx("server_tokens off;", ""), {"nginx-version-hidden": Status.FAIL}),
}


def verdicts(facts: Facts) -> dict[str, dict[str, Outcome]]:
    """Check -> subject -> outcome."""
    found: dict[str, dict[str, Outcome]] = {}
    for finding in audit.run(facts, checks.load(), "shop").findings:
        found.setdefault(finding.check, {})[f"{finding.outcome.node} {finding.outcome.subject}"] = finding.outcome
    return found


def worst(outcomes: dict[str, Outcome]) -> Status:
    order = (Status.FAIL, Status.UNKNOWN, Status.MANUAL, Status.PASS, Status.NOT_APPLICABLE)
    return min((outcome.status for outcome in outcomes.values()), key=order.index)


def statuses(outcomes: dict[str, Outcome]) -> dict[str, Status]:
    return {subject: outcome.status for subject, outcome in outcomes.items()}


def test_the_cluster_is_clean() -> None:
    bad = {Status.FAIL, Status.UNKNOWN}
    expected = {"swarm-managers-drained"}  # three machines are managers and workers at once
    found = {check for check, outcomes in verdicts(clean()).items() if worst(outcomes) in bad}
    assert found == expected, {check: verdicts(clean())[check] for check in found}


@pytest.mark.parametrize(("broken", "changed"), CASES.values(), ids=CASES)
def test_what_is_broken_is_found_and_nothing_else_changes(broken: Break, changed: dict[str, Status]) -> None:
    before, after = verdicts(clean()), verdicts(broken(clean()))
    found = {check: worst(after[check]) for check in after if statuses(before[check]) != statuses(after[check])}
    assert found == changed, {check: after[check] for check in found.keys() ^ changed.keys()}


def test_a_node_that_does_not_answer_is_unknown_in_every_check_and_changes_no_verdict_on_another() -> None:
    before = verdicts(clean())
    facts = clean()
    nodes = {**facts.nodes, "node3": Unavailable("ssh: no answer")}
    after = verdicts(replace(facts, nodes=nodes, mongo=facts.mongo[:2]))
    for check, outcomes in after.items():
        lost = [outcome for outcome in outcomes.values() if outcome.node == "node3"]
        assert {outcome.status for outcome in lost} <= {Status.UNKNOWN}, check
        for subject, outcome in outcomes.items():
            if outcome.node in {"node1", "node2"} and subject in before[check]:
                assert outcome.status is before[check][subject].status, (check, subject)


@pytest.mark.parametrize("name", [ODD, "nil", "a" * 300, "-rf", "null"])
def test_a_name_changes_no_verdict(name: str) -> None:
    def tally(found: dict[str, dict[str, Outcome]]) -> dict[str, list[Status]]:
        return {check: sorted(outcome.status for outcome in outcomes.values()) for check, outcomes in found.items()}

    assert tally(verdicts(renamed(name)(clean()))) == tally(verdicts(clean()))
