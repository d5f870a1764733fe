"""Which versions of TLS are offered?"""

from hardening.checks.directives import Scope
from hardening.checks.nginx_scopes import each_scope
from hardening.checks.nginx_tls import NO_TLS, speaks_tls
from hardening.checks.vocabulary import Area, Check, Severity, cis_nginx, per_server

CURRENT = frozenset({"TLSv1.2", "TLSv1.3"})
DEFAULT = ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")
"""NGINX's own default up to 1.27.2 where nothing is said."""


def observe(scope: Scope) -> str | None:
    """Old ones must be absent by name."""
    found = scope.all("ssl_protocols")
    offered = set(found[-1].args if found else DEFAULT)
    old = sorted(offered - CURRENT)
    return f"offers {', '.join(old)}" if old else None


CHECK = Check(
    id="nginx-tls-protocols",
    title="Only TLS 1.2 and 1.3 are offered",
    area=Area.NGINX,
    severity=Severity.HIGH,
    level=1,
    refs=cis_nginx("4.1.4"),
    rationale="Older versions rest on broken hashes and ciphers.",
    remediation="`ssl_protocols TLSv1.2 TLSv1.3;` in `http`.",
    evaluate=per_server(
        each_scope(observe, where=speaks_tls, fine="current versions", expected="TLSv1.2, TLSv1.3", nothing=NO_TLS)
    ),
)
