"""Is a folder served that is not meant to be: one above it, by a missing slash, or one of the system's own?"""

import posixpath

from hardening.checks.directives import Scope
from hardening.checks.nginx_scopes import each_scope
from hardening.checks.vocabulary import Area, Check, Severity, per_server

SYSTEM = ("/dev", "/etc", "/proc", "/root", "/run", "/sys", "/var/run")
"""Where a container has its accounts, secrets and configuration."""


def observe(scope: Scope) -> str | None:
    """What is served is said by `alias` or `root`."""
    name = "alias" if scope.has("alias") else "root"
    folder = posixpath.normpath("/" + scope.value(name).lstrip("/"))
    if folder == "/" or any(f"{folder}/".startswith(f"{each}/") for each in SYSTEM):
        return f"{name} {scope.value(name)} serves the system's own files"
    return _climbed(scope) if name == "alias" else None


def _climbed(scope: Scope) -> str | None:
    """`location /a { alias /b/; }` serves /a../secret from beside /b."""
    args = scope.chain[-1].args
    prefix, target = args[-1], scope.value("alias")
    is_prefix = len(args) == 1 or args[0] == "^~"
    open_end = is_prefix and not prefix.endswith("/") and target.endswith("/")
    return f"alias {target} without a slash after {prefix}" if open_end else None


def _serves(scope: Scope) -> bool:
    """A server with a folder of its own or of `http`, and a location with another one."""
    named = scope.has("root") or scope.has("alias")
    return named or (not scope.is_location and bool(scope.value("root")))


CHECK = Check(
    id="nginx-alias-traversal",
    title="Only folders made for it are served, and none can be climbed out of",
    area=Area.NGINX,
    severity=Severity.HIGH,
    level=1,
    refs=(),
    rationale="`/a../` is mapped to the folder above the alias: one missing slash serves configuration and keys, as "
    "`root /` does.",
    remediation="End both the location and its alias with a slash; serve a folder that holds nothing else.",
    evaluate=per_server(
        each_scope(
            observe,
            where=_serves,
            fine="nothing beside or above",
            expected="folders made for it; a slash at the end of location and alias, or of neither",
            nothing="it names no folder",
        )
    ),
)
