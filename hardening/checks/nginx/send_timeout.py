"""How long does NGINX wait for a client that does not read?"""

from hardening.checks.nginx_scopes import timeouts
from hardening.checks.vocabulary import Area, Check, Severity, cis_nginx, per_server

CHECK = Check(
    id="nginx-send-timeout",
    title="Clients that do not read are dropped after ten seconds",
    area=Area.NGINX,
    severity=Severity.LOW,
    level=1,
    refs=cis_nginx("2.4.4"),
    rationale="A slow reader holds buffers and a connection; many of them hold all.",
    remediation="`send_timeout 10s;` in `http`.",
    evaluate=per_server(timeouts(("send_timeout",), "60s", 10)),
)
