"""How many requests may one address make?"""

from hardening.checks.nginx_scopes import each_scope, limited
from hardening.checks.vocabulary import Area, Check, Severity, cis_nginx, per_server

CHECK = Check(
    id="nginx-rate-limit",
    title="Requests from one address are limited where an application answers them",
    area=Area.NGINX,
    severity=Severity.MEDIUM,
    level=2,
    refs=cis_nginx("5.2.5"),
    rationale="It slows password guessing and scraping, and keeps a flood from the database behind.",
    remediation="`limit_req_zone $binary_remote_addr zone=site:10m rate=50r/s;` in `http`, `limit_req zone=site "
    "burst=100 nodelay;` in the location.",
    evaluate=per_server(
        each_scope(
            limited("limit_req"),
            where=lambda scope: scope.passes is not None and not scope.is_internal,
            fine="limited",
            expected="limit_req wherever requests are passed on",
            nothing="it passes no requests on",
        )
    ),
)
