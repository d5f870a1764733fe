"""How much may a client send?"""

from hardening.checks.directives import Scope, size
from hardening.checks.nginx_scopes import each_scope
from hardening.checks.vocabulary import Area, Check, Severity, Unavailable, cis_nginx, per_server

MOST = 16 << 20


def observe(scope: Scope) -> str | Unavailable | None:
    """0 is no limit; NGINX's own default is 1 MiB."""
    text = scope.value("client_max_body_size", "1m")
    value = size(text)
    if value is None:
        return Unavailable(f"client_max_body_size {text} is no size")
    return None if 0 < value <= MOST else f"client_max_body_size {text}"


CHECK = Check(
    id="nginx-body-size",
    title="Request bodies are limited",
    area=Area.NGINX,
    severity=Severity.MEDIUM,
    level=1,
    refs=cis_nginx("5.2.2"),
    rationale="Bodies are kept in memory and on disk before anybody looks at them.",
    remediation="`client_max_body_size 1m;` in `http`, more only in the location that needs it.",
    evaluate=per_server(
        each_scope(
            observe,
            where=lambda scope: not scope.is_location or scope.has("client_max_body_size"),
            fine="limited",
            expected=f"{MOST >> 20} MiB at most",
            nothing="it has no server",
        )
    ),
)
