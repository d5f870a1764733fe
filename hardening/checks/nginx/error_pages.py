"""Do error pages name the product?"""

from hardening.checks.directives import Scope
from hardening.checks.nginx_scopes import each_scope
from hardening.checks.vocabulary import Area, Check, Severity, cis_nginx, per_server

WANTED = frozenset({"404", "500", "502", "503", "504"})


def observe(scope: Scope) -> str | None:
    """Codes that have a page of one's own; inherited only where the block names none."""
    covered = {code for directive in scope.all("error_page") for code in directive.args[:-1]}
    missing = sorted(WANTED - covered)
    return f"NGINX's own page for {', '.join(missing)}" if missing else None


CHECK = Check(
    id="nginx-error-pages",
    title="Error pages are one's own, not NGINX's",
    area=Area.NGINX,
    severity=Severity.LOW,
    level=1,
    refs=cis_nginx("2.5.2"),
    rationale="The built-in pages say `nginx`, and look like a fault to people.",
    remediation="`error_page 404 /404.html; error_page 500 502 503 504 /50x.html;` in each `server`.",
    evaluate=per_server(
        each_scope(
            observe,
            where=lambda scope: not scope.is_location,
            fine="pages of its own",
            expected=f"a page for {', '.join(sorted(WANTED))}",
            nothing="it has no server",
        )
    ),
)
