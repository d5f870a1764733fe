"""Can an old ticket key open recorded sessions?"""

from hardening.checks.nginx_scopes import each_scope
from hardening.checks.nginx_tls import NO_TLS, speaks_tls
from hardening.checks.vocabulary import Area, Check, Severity, cis_nginx, per_server

CHECK = Check(
    id="nginx-session-tickets",
    title="TLS session tickets are off",
    area=Area.NGINX,
    severity=Severity.LOW,
    level=1,
    refs=cis_nginx("4.1.11"),
    rationale="The key of tickets stays the same until a restart, and opens every session resumed with it.",
    remediation="`ssl_session_tickets off;` and `ssl_session_cache shared:TLS:10m;`.",
    evaluate=per_server(
        each_scope(
            lambda scope: None if scope.value("ssl_session_tickets", "on") == "off" else "ssl_session_tickets on",
            where=speaks_tls,
            fine="ssl_session_tickets off",
            expected="ssl_session_tickets off",
            nothing=NO_TLS,
        )
    ),
)
