"""Do browsers come back over TLS?"""

import re

from hardening.checks.directives import Scope
from hardening.checks.nginx_scopes import each_scope, header
from hardening.checks.nginx_tls import NO_TLS, speaks_tls
from hardening.checks.vocabulary import Area, Check, Severity, cis_nginx, per_server

LEAST = 15_768_000
"""Seconds: half a year."""


def concerned(scope: Scope) -> bool:
    """Servers with TLS; and those of their locations that add headers, for these lose the server's.

    Where requests are passed on, the other side may send it.
    """
    if not scope.is_location:
        return speaks_tls(scope)
    return scope.has("add_header") and not scope.passes and speaks_tls(Scope(scope.chain[:2]))


def observe(scope: Scope) -> str | None:
    """The header's max-age."""
    text = header("Strict-Transport-Security")(scope)
    if text.startswith("$"):
        text = _over_tls(scope, text)
    found = re.search(r"max-age=(\d+)", text)
    if not found:
        return "no Strict-Transport-Security"
    return None if int(found[1]) >= LEAST else f"max-age {found[1]} s"


def _over_tls(scope: Scope, variable: str) -> str:
    """What a `map` of the scheme gives a variable where TLS is spoken; empty when there is no such map."""
    for each in scope.chain[0].block or ():
        if each.name == "map" and each.args in {("$scheme", variable), ("$https", variable)}:
            values = {entry.name: " ".join(entry.args) for entry in each.block or ()}
            return next((values[key] for key in ("https", "on", "default") if key in values), "")
    return ""


CHECK = Check(
    id="nginx-hsts",
    title="Browsers are told to come back over TLS only",
    area=Area.NGINX,
    severity=Severity.MEDIUM,
    level=1,
    refs=cis_nginx("4.1.8"),
    rationale="Without it, the first plain request of each visit can be taken over.",
    remediation='`add_header Strict-Transport-Security "max-age=63072000" always;` in the TLS server.',
    evaluate=per_server(
        each_scope(observe, where=concerned, fine="sent", expected=f"max-age {LEAST} at least", nothing=NO_TLS)
    ),
)
