"""Are weak ciphers offered?"""

import re

from hardening.checks.directives import Scope
from hardening.checks.nginx_scopes import each_scope
from hardening.checks.nginx_tls import NO_TLS, speaks_tls
from hardening.checks.vocabulary import Area, Check, Severity, cis_nginx, per_server

WEAK = re.compile(
    r"^(?:.*(?:RC4|3?DES|MD5|NULL|EXP|PSK|SRP|aNULL|eNULL|CBC).*|ALL|LOW|MEDIUM|DEFAULT|AES(?:128|256)-.*)$"
)


def observe(scope: Scope) -> str | None:
    """Names and keywords of the list that are not excluded by `!`; TLS 1.3 has no weak ones."""
    protocols = scope.all("ssl_protocols")
    if protocols and protocols[-1].args == ("TLSv1.3",):
        return None
    text = scope.value("ssl_ciphers", "HIGH:!aNULL:!MD5")
    weak = [word for word in re.split(r"[:, ]", text) if word and word[0] not in "!-+@" and WEAK.match(word)]
    if "HIGH" in text.split(":"):
        weak.append("HIGH (CBC and no forward secrecy among them)")
    return f"offers {', '.join(weak)}" if weak else None


CHECK = Check(
    id="nginx-tls-ciphers",
    title="Only ciphers with forward secrecy and authenticated encryption are offered",
    area=Area.NGINX,
    severity=Severity.MEDIUM,
    level=1,
    refs=cis_nginx("4.1.5"),
    rationale="With other ciphers, traffic recorded today can be read once the key leaks.",
    remediation="`ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305;`.",
    evaluate=per_server(
        each_scope(observe, where=speaks_tls, fine="strong ciphers", expected="ECDHE with AEAD", nothing=NO_TLS)
    ),
)
