"""Does the application learn who the client is?"""

from hardening.checks.directives import Scope
from hardening.checks.nginx_scopes import each_scope
from hardening.checks.vocabulary import Area, Check, Severity, cis_nginx, per_server

WANTED = frozenset({"x-forwarded-for", "x-real-ip", "forwarded"})


def observe(scope: Scope) -> str | None:
    """Headers set for the upstream: those of the innermost block that sets any."""
    headers = {each.args[0].lower() for each in scope.all("proxy_set_header") if len(each.args) > 1 and each.args[1]}
    return None if headers & WANTED else "the client's address is not passed on"


CHECK = Check(
    id="nginx-client-address",
    title="The application is told the client's address",
    area=Area.NGINX,
    severity=Severity.MEDIUM,
    level=1,
    refs=cis_nginx("3.4"),
    rationale="Otherwise its logs and its limits on failed logins know one client: NGINX.",
    remediation="`proxy_set_header X-Forwarded-For $remote_addr;` at the edge; it replaces what a client claims.",
    evaluate=per_server(
        each_scope(
            observe,
            where=lambda scope: scope.passes is not None and scope.passes.name == "proxy_pass",
            fine="passed on",
            expected="X-Forwarded-For, X-Real-IP or Forwarded",
            nothing="it passes no requests on",
        )
    ),
)
