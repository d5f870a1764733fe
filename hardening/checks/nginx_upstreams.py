"""Where an NGINX passes requests on, and whether by TLS."""

from .directives import Scope

NO_TLS = "no request is passed on by TLS; swarm-overlay-encrypted judges what goes between machines in the clear"


def asks_by_tls(scope: Scope) -> bool:
    """Whether a location hands requests to an upstream over TLS; a variable is followed to where it is set."""
    directive = scope.passes
    if directive is None or not directive.args:
        return False
    target = directive.args[0]
    if target.startswith("$"):
        target = next((each.args[1] for each in reversed(scope.all("set")) if each.args[:1] == (target,)), target)
    return target.startswith(("https://", "grpcs://"))
