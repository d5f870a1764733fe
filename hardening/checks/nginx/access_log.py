"""Are requests logged?"""

from hardening.checks.directives import Scope
from hardening.checks.nginx_scopes import each_scope
from hardening.checks.vocabulary import Area, Check, Severity, cis_nginx, per_server


def observe(scope: Scope) -> str | None:
    """On unless switched off, or written nowhere."""
    target = scope.value("access_log", "on")
    return f"access_log {target}" if target in {"off", "/dev/null"} else None


def matters(scope: Scope) -> bool:
    """A fixed answer for one exact path, such as a health check, may go unlogged."""
    is_fixed = scope.is_location and scope.chain[-1].args[0] == "=" and scope.has("return")
    return not is_fixed and (not scope.is_location or scope.has("access_log"))


CHECK = Check(
    id="nginx-access-log",
    title="Every request is logged",
    area=Area.NGINX,
    severity=Severity.MEDIUM,
    level=1,
    refs=cis_nginx("3.2"),
    rationale="Without it nobody can say who did what, and when it began.",
    remediation="Remove `access_log off;` or `/dev/null` (a health check's exact location may keep it).",
    evaluate=per_server(
        each_scope(observe, where=matters, fine="logged", expected="access_log on", nothing="it has no server")
    ),
)
