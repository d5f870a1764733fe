"""How long may a client take to say what it wants?"""

from hardening.checks.nginx_scopes import timeouts
from hardening.checks.vocabulary import Area, Check, Severity, cis_nginx, per_server

CHECK = Check(
    id="nginx-read-timeouts",
    title="Clients have to send headers and body without long pauses",
    area=Area.NGINX,
    severity=Severity.MEDIUM,
    level=1,
    refs=cis_nginx("5.2.1"),
    rationale="One byte a minute on a few hundred connections stops a server that waits a minute for each.",
    remediation="`client_header_timeout 10s; client_body_timeout 10s;` in `http`.",
    evaluate=per_server(timeouts(("client_header_timeout", "client_body_timeout"), "60s", 15)),
)
