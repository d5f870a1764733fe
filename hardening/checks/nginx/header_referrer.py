"""What do other sites learn of where a visitor comes from?"""

from hardening.checks.nginx_scopes import each_scope, header
from hardening.checks.vocabulary import Area, Check, Severity, cis_nginx, per_server

GOOD = frozenset(
    {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin", "origin-when-cross-origin"}
)
read = header("Referrer-Policy")

CHECK = Check(
    id="nginx-header-referrer",
    title="Other sites do not learn the addresses of pages",
    area=Area.NGINX,
    severity=Severity.LOW,
    level=2,
    refs=cis_nginx("5.3.3"),
    rationale="Addresses may hold tokens and names, and end up in strangers' logs.",
    remediation="`add_header Referrer-Policy no-referrer always;`, again in each location with an `add_header`.",
    evaluate=per_server(
        each_scope(
            lambda scope: None if (value := read(scope)) in GOOD else f"Referrer-Policy {value or 'not sent'}",
            where=lambda scope: scope.serves_files,
            fine="sent",
            expected="no-referrer, same-origin or a strict one",
            nothing="it serves no files; the application sends its own headers",
        )
    ),
)
