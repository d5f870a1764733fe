"""Can a client choose which server NGINX asks for it?"""

import re

from hardening.checks.directives import Scope
from hardening.checks.nginx_scopes import each_scope
from hardening.checks.vocabulary import Area, Check, Severity, per_server

CHOSEN = re.compile(r"arg_\w+|http_\w+|cookie_\w+|args|query_string|host|request_body|\d")
"""Variables that hold what a client sent; numbers are groups of a pattern, which are parts of that."""
VARIABLE = re.compile(r"\$\{?(\w+)")
GROUP = re.compile(r"\(\?P?<(\w+)>")
PATH = re.compile(r"[/?]|\$\{?(?:request_uri|uri|document_uri|is_args)\b")
"""Where the address ends, and what is asked for there begins."""


def observe(scope: Scope) -> str | None:
    """The address that requests are passed to; a variable is followed to what it is set to."""
    directive = scope.passes
    texts = [directive.args[0]] if directive and directive.args else []
    values = {
        each.args[0].lstrip("$"): each.args[1]
        for block in scope.chain
        for each in block.block or ()
        if each.name == "set" and len(each.args) > 1
    }
    names = set[str]()
    while texts:
        new = set(VARIABLE.findall(_address(texts.pop()))) - names
        names |= new
        texts += [values[name] for name in new & values.keys()]
    groups = {name for block in scope.chain for word in block.args for name in GROUP.findall(word)}
    found = sorted(name for name in names if name in groups or CHOSEN.fullmatch(name))
    return f"the client says ${', $'.join(found)}" if found else None


def _address(text: str) -> str:
    return PATH.split(text.partition("://")[2] or text)[0]


CHECK = Check(
    id="nginx-upstream-chosen",
    title="Clients do not choose which server NGINX asks for them",
    area=Area.NGINX,
    severity=Severity.HIGH,
    level=1,
    refs=(),
    rationale="NGINX stands where clients do not reach: whoever names its upstream asks the database and the engine.",
    remediation="Name the upstream, or let a `map` choose among those that are meant.",
    evaluate=per_server(
        each_scope(
            observe,
            where=lambda scope: scope.passes is not None,
            fine="fixed",
            expected="an address without anything that a client sent",
            nothing="it passes no requests on",
        )
    ),
)
