"""Do browsers come back over TLS?"""

import re

from hardening.checks.directives import Scope
from hardening.checks.nginx_scopes import each_scope, header
from hardening.checks.nginx_tls import NO_TLS, speaks_tls
from hardening.checks.vocabulary import Area, Check, Severity, cis_nginx, per_server

LEAST = 15_768_000
"""Seconds: half a year."""


def observe(scope: Scope) -> str | None:
    """The header's max-age."""
    text = header("Strict-Transport-Security")(scope)
    found = re.search(r"max-age=(\d+)", text)
    if not found:
        return "no Strict-Transport-Security"
    return None if int(found[1]) >= LEAST else f"max-age {found[1]} s"


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
        each_scope(observe, where=speaks_tls, fine="sent", expected=f"max-age {LEAST} at least", nothing=NO_TLS)
    ),
)
