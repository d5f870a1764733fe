"""How many connections may one address hold?"""

from hardening.checks.nginx_scopes import each_scope, limited
from hardening.checks.vocabulary import Area, Check, Severity, cis_nginx, per_server

CHECK = Check(
    id="nginx-connection-limit",
    title="Connections from one address are limited",
    area=Area.NGINX,
    severity=Severity.LOW,
    level=2,
    refs=cis_nginx("5.2.4"),
    rationale="Otherwise one machine can take every worker connection.",
    remediation="`limit_conn_zone $binary_remote_addr zone=addr:10m;` in `http`, `limit_conn addr 50;` in `server`.",
    evaluate=per_server(
        each_scope(
            limited("limit_conn"),
            where=lambda scope: (scope.serves_files or scope.passes is not None) and not scope.is_internal,
            fine="limited",
            expected="limit_conn wherever requests are answered",
            nothing="it answers no requests",
        )
    ),
)
