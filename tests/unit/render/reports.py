"""Reports for the renderers: an ordinary one, and one full of hostile names."""

from datetime import date

import msgspec

from hardening import audit, checks, docker_bench, history
from hardening.docker_bench import BenchReport
from hardening.model.bench import BenchVerdict
from hardening.model.engine import Mount
from hardening.model.facts import Facts
from hardening.model.findings import Report, Status
from hardening.model.known import Known, Unavailable
from hardening.model.profile import Risk
from hardening.model.review import ItemKind
from hardening.model.role import OpenQuestion, Proof, RoleSummary
from hardening.model.waiver import Waiver
from tests.unit import facts_factory as given

HOSTILE = (
    "<script>alert(1)</script>\"'><img src=x onerror=alert(1)> [link](javascript:alert(1)) |`*_ &lt; "
    "\x1b[31mred\x1b[0m \x9b31m \u202efdp.exe \u2066hidden\u2069 \u200bzero \r\nsecond line {{ 7*7 }} @everyone "
    "\U000e0041"
)
"""HTML, Markdown, terminal escapes in both forms, direction marks, invisible characters, templates, mentions."""


def broken_facts(name: str = "tool") -> Facts:
    """A cluster with a bit of everything: failures, gaps, a node that is gone, matters for a person."""
    tool = given.container(
        given.inspect(
            name=f"/{name}",
            labels={},
            id="t",
            env=("DB_PASSWORD", "PATH"),
            mounts=(Mount("bind", "/run", f"/host/{name}", rw=True),),
            memory=0,
            network_mode="host",
        ),
        given.process(command=name, apparmor=Known("docker-default (enforce)"), uid=100000),
        root_read_only=Known(value=False),
    )
    nodes = (
        given.node(engine=Known(given.engine(given.container(), given.mongo_container(1), node_id="m1"))),
        given.node(
            engine=Known(given.engine(given.mongo_container(2), tool, node_id="m2")),
            daemon_config=given.settings(icc=True, log_opts={}),
        ),
        given.node(
            engine=Known(given.engine(given.mongo_container(3), node_id="m3")),
            sysctls=given.missing(f"/proc/sys/{name}: Permission denied"),
        ),
        given.missing("ssh: connect to host 10.0.0.4 port 22: Connection timed out"),
    )
    plain_text = given.NGINX.replace("server_tokens off;", "").replace("ssl default_server", "default_server")
    members = (
        given.mongod(1, version=Known("6.0.5"), cmd_line=given.options(net={})),
        given.mongod(2),
        given.mongod(3),
    )
    return given.cluster(*nodes, mongo=members, nginx=(given.nginx_server(plain_text),))


def ordinary() -> Report:
    """Failures of each severity, gaps, an unread node."""
    return audit.run(broken_facts(), checks.load(), "shop")


def clean() -> Report:
    """A cluster in which nothing failed."""
    facts = msgspec.structs.replace(given.mongo_set(*map(given.mongod, (1, 2, 3))), nginx=(given.nginx_server(),))
    return audit.run(facts, checks.load(), "shop")


def hostile() -> Report:
    """The ordinary one with hostile names wherever a stranger chooses them, and all that can stand beside findings."""
    facts = broken_facts(HOSTILE)
    nodes = {f"{name}{HOSTILE}" if name == "node4" else name: node for name, node in facts.nodes.items()}
    return _surrounded(msgspec.structs.replace(facts, nodes=nodes), HOSTILE)


def surrounded() -> Report:
    """The ordinary one with waivers, what changed since an earlier audit, and a second opinion."""
    return _surrounded(broken_facts(), "tool")


def _roles(name: str) -> dict[str, RoleSummary]:
    """One that is well, one about which questions are open, one of which next to nothing is known."""
    proof = Proof(f"2026-11-01T10:00:00Z {name}", False, (f"seccomp {name}",), (f"load {name}",), 9, 1)
    open_role = given.role(
        f"other {name}", questions=2, powers={f"dial {name}": (f"socket {name}",)}, evidence={f"seen {name}": 1},
        scenarios=(f"load {name}",), images=(f"sha256:{name}",), proof=proof,
        open=(OpenQuestion(f"file:/{name} r", ItemKind.PATH, f"read {name}", Risk.MEDIUM),),
    )  # fmt: skip
    unknown = given.role("unknown", possible=None, scenarios=(), images=(), powers={}, proof=None, unresolved=0)
    return {each.role: each for each in (given.role("tool"), open_role, unknown)}


def _surrounded(facts: Facts, name: str) -> Report:
    accepted = (
        Waiver("container-memory-limit", "*", f"it is small {name}", f"ops {name}", date(2031, 5, 1), place="w.yml:1"),
        Waiver("container-seccomp", f"gone {name}", "nobody knows", "ops", date(2031, 5, 1), place="w.yml:6"),
    )
    facts = msgspec.structs.replace(facts, roles=_roles(name))
    report = audit.run(facts, checks.load(), f"shop {name}", accepted, (f"shop-{name}",))
    earlier = audit.run(given.cluster(), checks.load(), f"shop {name}")
    broken = BenchVerdict("5.11", f"memory {name}", "PASS", f"all of {name}", (name,))
    answers: dict[str, Known[BenchReport] | Unavailable] = {
        "node2": Known(BenchReport("1.6.0", (broken, BenchVerdict(f"C.{name}", name, name)))),
        f"node4{name}": Unavailable(f"timed out {name}"),
    }
    compared = docker_bench.compare(report, answers, f"./{name}")
    return msgspec.structs.replace(report, changes=history.compare(report, earlier), docker_bench=compared)


def waived(check: str = "container-memory-limit") -> Report:
    """The ordinary one without its unread node, in which the failures of one check are accepted."""
    facts = broken_facts()
    read = {name: node for name, node in facts.nodes.items() if isinstance(node, Known)}
    made = audit.run(msgspec.structs.replace(facts, nodes=read), checks.load(), "shop")

    def accepted(subject: str, node: str) -> Waiver:
        return Waiver(check, subject, "It is replaced by a service in March.", "Ada Ops", date(2027, 3, 31), node)

    findings = tuple(
        msgspec.structs.replace(each, waiver=accepted(each.outcome.subject, each.outcome.node))
        if each.check == check and each.outcome.status is Status.FAIL
        else each
        for each in made.findings
    )
    return msgspec.structs.replace(made, findings=findings)
