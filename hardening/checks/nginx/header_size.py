"""How long may a request line and its headers be?"""

from hardening.checks.directives import Scope, size
from hardening.checks.nginx_scopes import each_scope
from hardening.checks.vocabulary import Area, Check, Severity, Unavailable, cis_nginx, per_server

MOST = 64 << 10
"""Twice NGINX's own default of four buffers of 8 KiB."""


def observe(scope: Scope) -> str | Unavailable | None:
    """Number and size of the buffers."""
    found = scope.all("large_client_header_buffers")
    number, text = found[-1].args if found and len(found[-1].args) == 2 else ("4", "8k")  # noqa: PLR2004 - number and size
    value = size(text)
    if value is None or not number.isdigit():
        return Unavailable(f"large_client_header_buffers {number} {text} is no size")
    return None if int(number) * value <= MOST else f"large_client_header_buffers {number} {text}"


CHECK = Check(
    id="nginx-header-size",
    title="Request lines and headers are limited",
    area=Area.NGINX,
    severity=Severity.LOW,
    level=1,
    refs=cis_nginx("5.2.3"),
    rationale="Buffers are given out per connection; large ones multiply what a flood costs.",
    remediation="`large_client_header_buffers 4 8k;` in `http`.",
    evaluate=per_server(
        each_scope(
            observe,
            where=lambda scope: not scope.is_location,
            fine="limited",
            expected=f"{MOST >> 10} KiB together at most",
            nothing="it has no server",
        )
    ),
)
