"""Does NGINX look who answers it?"""

from hardening.checks.directives import Scope
from hardening.checks.nginx_scopes import each_scope
from hardening.checks.nginx_upstreams import NO_TLS, asks_by_tls
from hardening.checks.vocabulary import Area, Check, Severity, cis_nginx, per_server


def observe(scope: Scope) -> str | None:
    """Off unless switched on; without an authority of one's own it verifies nothing."""
    if scope.value("proxy_ssl_verify", "off") != "on":
        return "proxy_ssl_verify off"
    return None if scope.value("proxy_ssl_trusted_certificate") else "no proxy_ssl_trusted_certificate"


CHECK = Check(
    id="nginx-upstream-verified",
    title="NGINX verifies the certificates of upstreams that it asks over TLS",
    area=Area.NGINX,
    severity=Severity.MEDIUM,
    level=2,
    refs=cis_nginx("4.1.10"),
    rationale="TLS to whoever answers keeps nobody out who can answer in the application's place.",
    remediation="`proxy_ssl_verify on; proxy_ssl_trusted_certificate CA.pem; proxy_ssl_name NAME;`.",
    evaluate=per_server(
        each_scope(
            observe,
            where=asks_by_tls,
            fine="verified",
            expected="proxy_ssl_verify on, with an authority",
            nothing=NO_TLS,
        )
    ),
)
