"""Is HTTP/3 offered?"""

from hardening.checks.directives import Scope, listens
from hardening.checks.nginx_scopes import each_scope
from hardening.checks.nginx_tls import NO_TLS, speaks_tls
from hardening.checks.vocabulary import Area, Check, Severity, cis_nginx, per_server


def observe(scope: Scope) -> str | None:
    """A server that listens for QUIC."""
    return None if any("quic" in args for args in listens(scope)) else "no `listen … quic`"


CHECK = Check(
    id="nginx-http3",
    title="Servers that speak TLS offer HTTP/3",
    area=Area.NGINX,
    severity=Severity.LOW,
    level=2,
    refs=cis_nginx("4.1.12"),
    rationale="Its handshake hides more, and one lost packet does not stop all requests of a client.",
    remediation="`listen 8443 quic;` and `add_header Alt-Svc 'h3=\":443\"; ma=86400';`, the port published for UDP in "
    "host mode; or waive it.",
    evaluate=per_server(
        each_scope(observe, where=speaks_tls, fine="offered", expected="listen … quic", nothing=NO_TLS)
    ),
)
