"""Is what clients say encrypted on its way?"""

from hardening.checks.directives import Scope, listens, servers
from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Severity,
    Unavailable,
    all_of,
    cis_nginx,
    given,
    per_server,
)
from hardening.model.facts import Directive, NginxServer

REDIRECTS = frozenset({"301", "302", "307", "308"})


def judge(server: NginxServer) -> Answer:
    """Each server offers TLS, redirects to it, or refuses. TLS that ends before NGINX cannot be seen from here.

    What a server of `stream` or `mail` passes on as it came may be anything, such as a database's own protocol.
    """

    def read(config: tuple[Directive, ...]) -> Answer:
        return all_of(
            [
                *(
                    None if _by_tls(each) or _harmless(each.own) else f"{each.name} answers in the clear"
                    for each in servers(config)
                ),
                *(
                    None if _by_tls(each) else Unavailable(f"{each.name} passes on what comes, and nobody knows what")
                    for kind in ("stream", "mail")
                    for each in servers(config, kind)
                ),
            ],
            fine="every server speaks TLS, redirects to it, or refuses",
            expected="listen … ssl, or a redirect to https",
            nothing="it has no server",
        )

    return given(server.config, read)


def _by_tls(server: Scope) -> bool:
    return all("ssl" in args or "quic" in args for args in listens(server))


def _harmless(block: tuple[Directive, ...]) -> bool:
    """Whether everything but a health check is redirected to https or refused."""
    locations = [
        each for each in block if each.name == "location" and each.args[0] != "=" and not each.args[0].startswith("@")
    ]
    bodies = [each.block or () for each in locations] or [block]
    return all(any(_ends(each) for each in body) for body in bodies) or any(_ends(each) for each in block)


def _ends(directive: Directive) -> bool:
    if directive.name != "return" or not directive.args:
        return False
    code, *target = directive.args
    to_https = code in REDIRECTS and target and target[0].startswith("https://")
    return bool(to_https) or (code.isdigit() and int(code) >= 400)  # noqa: PLR2004 - the first code that refuses


CHECK = Check(
    id="nginx-tls-offered",
    title="NGINX answers over TLS only",
    area=Area.NGINX,
    severity=Severity.HIGH,
    level=1,
    refs=cis_nginx("4.1.1"),
    rationale="In the clear, everybody on the way reads passwords and tokens, and changes the pages.",
    remediation="`listen 8443 ssl;` with a certificate, and `return 308 https://$host$request_uri;` on the plain port.",
    evaluate=per_server(judge),
)
