"""How long does an idle client keep its connection?"""

from hardening.checks.nginx_scopes import timeouts
from hardening.checks.vocabulary import Area, Check, Severity, cis_nginx, per_server

CHECK = Check(
    id="nginx-keepalive-timeout",
    title="Idle connections are closed after ten seconds",
    area=Area.NGINX,
    severity=Severity.LOW,
    level=1,
    refs=cis_nginx("2.4.3"),
    rationale="Idle connections are a scarce thing that costs an attacker nothing to hold.",
    remediation="`keepalive_timeout 10s;` in `http`.",
    evaluate=per_server(timeouts(("keepalive_timeout",), "75s", 10)),
)
