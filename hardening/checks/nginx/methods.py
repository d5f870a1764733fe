"""Which methods reach the application?"""

from hardening.checks.directives import Scope
from hardening.checks.nginx_scopes import each_scope
from hardening.checks.vocabulary import Area, Check, Severity, cis_nginx, per_server


def observe(scope: Scope) -> str | None:
    """`limit_except` in the location, or a test of $request_method in it or in its server."""
    blocks = [scope.own, scope.chain[1].block or ()]
    tested = any(
        each.name == "limit_except" or (each.name == "if" and "request_method" in " ".join(each.args))
        for block in blocks
        for each in block
    )
    return None if tested else "any method is passed on"


CHECK = Check(
    id="nginx-methods",
    title="Only methods that the application knows are passed on",
    area=Area.NGINX,
    severity=Severity.LOW,
    level=1,
    refs=cis_nginx("5.1.2"),
    rationale="TRACE, CONNECT and made-up methods reach code that nobody tested with them.",
    remediation='`if ($request_method !~ "^(GET|HEAD|POST)$") { return 405; }` in `server`, or `limit_except`.',
    evaluate=per_server(
        each_scope(
            observe,
            where=lambda scope: scope.passes is not None and not scope.is_internal,
            fine="methods are tested",
            expected="limit_except or a test of $request_method",
            nothing="it passes no requests on; for files NGINX itself answers GET and HEAD only",
        )
    ),
)
