"""Does a missing slash let clients climb out of a folder?"""

from hardening.checks.directives import Scope
from hardening.checks.nginx_scopes import each_scope
from hardening.checks.vocabulary import Area, Check, Severity, per_server


def observe(scope: Scope) -> str | None:
    """`location /a { alias /b/; }` serves /a../secret from beside /b."""
    args = scope.chain[-1].args
    prefix, target = args[-1], scope.value("alias")
    is_prefix = len(args) == 1 or args[0] == "^~"
    open_end = is_prefix and not prefix.endswith("/") and target.endswith("/")
    return f"alias {target} without a slash after {prefix}" if open_end else None


CHECK = Check(
    id="nginx-alias-traversal",
    title="No alias can be climbed out of",
    area=Area.NGINX,
    severity=Severity.HIGH,
    level=1,
    refs=(),
    rationale="`/a../` is mapped to the folder above the alias: one missing slash serves configuration and keys.",
    remediation="End both the location and its alias with a slash.",
    evaluate=per_server(
        each_scope(
            observe,
            where=lambda scope: scope.is_location and scope.has("alias"),
            fine="both end alike",
            expected="a slash at the end of location and alias, or of neither",
            nothing="it uses no alias",
        )
    ),
)
