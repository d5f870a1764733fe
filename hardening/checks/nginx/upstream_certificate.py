"""Does NGINX show upstreams who it is?"""

from hardening.checks.directives import Scope
from hardening.checks.nginx_scopes import each_scope
from hardening.checks.nginx_upstreams import NO_TLS, asks_by_tls
from hardening.checks.vocabulary import Area, Check, Severity, cis_nginx, per_server


def observe(scope: Scope) -> str | None:
    """By a certificate of its own, here or further out."""
    return None if scope.value("proxy_ssl_certificate") else "no proxy_ssl_certificate"


CHECK = Check(
    id="nginx-upstream-certificate",
    title="NGINX shows a certificate of its own to upstreams that it asks over TLS",
    area=Area.NGINX,
    severity=Severity.LOW,
    level=1,
    refs=cis_nginx("4.1.9"),
    rationale="An application that demands it answers nobody who goes around NGINX and its limits.",
    remediation="`proxy_ssl_certificate` and `proxy_ssl_certificate_key` where `proxy_pass https://…` stands.",
    evaluate=per_server(
        each_scope(observe, where=asks_by_tls, fine="shown", expected="proxy_ssl_certificate", nothing=NO_TLS)
    ),
)
