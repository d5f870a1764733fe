"""Do answers tell what the application is made of?"""

from hardening.checks.directives import Scope
from hardening.checks.nginx_scopes import each_scope
from hardening.checks.vocabulary import Area, Check, Severity, cis_nginx, per_server

LEAKS = "x-powered-by"
"""NGINX replaces `Server` by its own."""


def observe(scope: Scope) -> str | None:
    """Hidden here or further out."""
    hidden = {each.args[0].lower() for each in scope.all("proxy_hide_header") if each.args}
    server_shown = any(each.args[:1] == ("Server",) for each in scope.all("proxy_pass_header"))
    if server_shown:
        return "the upstream's Server header is passed on"
    return None if LEAKS in hidden else "X-Powered-By is passed on"


CHECK = Check(
    id="nginx-upstream-headers",
    title="Answers do not tell what the application is made of",
    area=Area.NGINX,
    severity=Severity.LOW,
    level=1,
    refs=cis_nginx("2.5.4"),
    rationale="`X-Powered-By: Express` saves an attacker the first half hour.",
    remediation="`proxy_hide_header X-Powered-By;` wherever `proxy_pass` stands.",
    evaluate=per_server(
        each_scope(
            observe,
            where=lambda scope: scope.passes is not None and scope.passes.name == "proxy_pass",
            fine="hidden",
            expected="X-Powered-By hidden",
            nothing="it passes no requests on",
        )
    ),
)
