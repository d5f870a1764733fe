"""Can others read a server's private key?"""

from hardening.checks.directives import walk
from hardening.checks.inside import FileRule, judged
from hardening.checks.vocabulary import Answer, Area, Check, Severity, cis_nginx, given, per_server
from hardening.model.facts import Directive, FileFacts, Inside, NginxServer

DIRECTIVES = frozenset({"ssl_certificate_key", "proxy_ssl_certificate_key", "grpc_ssl_certificate_key"})
OTHERS = 0o077


def _is_fine(file: FileFacts, inside: Inside) -> bool:
    return (file.uid == 0 or file.uid in inside.users) and not file.mode & OTHERS


RULE = FileRule(
    _is_fine,
    fine="the server's own, closed to others",
    expected="root or the server's user, no permission for group and others",
    nothing="it uses no private key",
)


def judge(server: NginxServer) -> Answer:
    """Each key that the configuration names, from the container's own root."""

    def read(config: tuple[Directive, ...]) -> Answer:
        paths = {each.args[0] for each in walk(config) if each.name in DIRECTIVES and each.args[0].startswith("/")}
        return given(
            server.inside,
            lambda inside: judged(inside, sorted(paths), RULE),
        )

    return given(server.config, read)


CHECK = Check(
    id="nginx-key-protected",
    title="Private keys are readable for the server's own user only",
    area=Area.NGINX,
    severity=Severity.HIGH,
    level=1,
    refs=cis_nginx("4.1.3"),
    rationale="With the key a stranger is the site to everybody; a certificate lives on for months after it is known.",
    remediation='`secrets: [{source: tls_key, uid: "101", gid: "101", mode: 0400}]` in the stack.',
    evaluate=per_server(judge),
)
