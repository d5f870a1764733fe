"""Are weak ciphers offered?"""

import re

from hardening.checks.directives import Scope
from hardening.checks.nginx_scopes import each_scope
from hardening.checks.nginx_tls import NO_TLS, speaks_tls
from hardening.checks.vocabulary import Area, Check, Severity, cis_nginx, per_server

STRONG = re.compile(r"k?(?:ECDHE|EECDH|DHE|EDH)[-+](?!PSK).*(?:GCM|CHACHA20|CCM).*|TLS_(?:AES|CHACHA20)_.*")
"""A cipher or a sum of keywords that says both: the exchange of keys, and that what is encrypted is authenticated."""


def observe(scope: Scope) -> str | None:
    """Names and keywords of the list that are not excluded by `!`; TLS 1.3 has no weak ones."""
    protocols = scope.all("ssl_protocols")
    if protocols and protocols[-1].args == ("TLSv1.3",):
        return None
    words = re.split(r"[:, ]", _list(scope))
    weak = [word for word in words if word and word[0] not in "!-+@" and not STRONG.fullmatch(word)]
    weak += [word for word in words if word == "@SECLEVEL=0"]
    return f"offers {', '.join(weak)}" if weak else None


def _list(scope: Scope) -> str:
    """The list in force: that of `ssl_conf_command` is set last."""
    commands = {each.args[0]: each.args[1] for each in scope.all("ssl_conf_command") if len(each.args) > 1}
    return commands.get("CipherString") or scope.value("ssl_ciphers", "HIGH:!aNULL:!MD5")


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
