"""Reports for the renderers: an ordinary one, and one full of hostile names."""

import msgspec

from hardening import audit, checks
from hardening.model.engine import Mount
from hardening.model.facts import Facts
from hardening.model.findings import Report, Status, Waiver
from hardening.model.known import Known
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
    """The ordinary one with hostile names wherever a stranger chooses them."""
    facts = broken_facts(HOSTILE)
    nodes = {f"{name}{HOSTILE}" if name == "node4" else name: node for name, node in facts.nodes.items()}
    return audit.run(msgspec.structs.replace(facts, nodes=nodes), checks.load(), f"shop {HOSTILE}")


def waived(check: str = "container-memory-limit") -> Report:
    """The ordinary one without its unread node, in which the failures of one check are accepted."""
    facts = broken_facts()
    read = {name: node for name, node in facts.nodes.items() if isinstance(node, Known)}
    made = audit.run(msgspec.structs.replace(facts, nodes=read), checks.load(), "shop")

    def accepted(subject: str, node: str) -> Waiver:
        return Waiver(check, subject, "It is replaced by a service in March.", "Ada Ops", "2027-03-31", node)

    findings = tuple(
        msgspec.structs.replace(each, waiver=accepted(each.outcome.subject, each.outcome.node))
        if each.check == check and each.outcome.status is Status.FAIL
        else each
        for each in made.findings
    )
    return msgspec.structs.replace(made, findings=findings)
