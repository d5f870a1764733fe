"""Which versions of TLS does a server really speak?"""

from hardening.checks.nginx_tls import NO_TLS, is_meant
from hardening.checks.tls import versions_spoken
from hardening.checks.vocabulary import Area, Check, Severity, cis_nginx, per_server

CHECK = Check(
    id="nginx-tls-handshake",
    title="NGINX refuses a handshake in an old version of TLS",
    area=Area.NGINX,
    severity=Severity.HIGH,
    level=1,
    refs=cis_nginx("4.1.4"),
    rationale="Settings and the TLS library decide together; only a handshake shows the outcome.",
    remediation="`ssl_protocols TLSv1.2 TLSv1.3;` in `http`.",
    evaluate=per_server(lambda server: versions_spoken(server.inside, NO_TLS, is_meant=is_meant(server))),
)
