"""Questions to each server or location of an NGINX that they concern."""

from collections.abc import Callable, Iterable

from hardening.model.facts import Directive, NginxServer
from hardening.model.known import Unavailable

from .directives import Scope, scopes, seconds
from .verdict import Answer, all_of, given

Observation = str | Unavailable | None
ANYWHERE = frozenset({"*", "http:", "https:", "http://*", "https://*"})
"""Sources of a content security policy that are every site's."""


def each_scope(
    observe: Callable[[Scope], Observation],
    *,
    where: Callable[[Scope], bool],
    fine: str,
    expected: str,
    nothing: str,
) -> Callable[[NginxServer], Answer]:
    """A judge that asks every scope for which `where` holds."""

    def judge(server: NginxServer) -> Answer:
        def read(config: tuple[Directive, ...]) -> Answer:
            concerned = [scope for scope in scopes(config) if where(scope)]
            return all_of(
                (_named(scope, observe(scope)) for scope in concerned),
                fine=f"{fine} ({len(concerned)} place{'s' if len(concerned) != 1 else ''})",
                expected=expected,
                nothing=nothing,
            )

        return given(server.config, read)

    return judge


def timeouts(names: Iterable[str], default: str, most: float) -> Callable[[NginxServer], Answer]:
    """A judge that asks each server for timeouts above 0 and at most `most` seconds; 0 is none at all."""
    wanted = tuple(names)

    def observe(scope: Scope) -> Observation:
        for name in wanted:
            text = scope.value(name, default)
            value = seconds(text)
            if value is None:
                return Unavailable(f"{name} {text} is no time")
            if not 0 < value <= most:
                return f"{name} {text}"
        return None

    return each_scope(
        observe,
        where=lambda scope: not scope.is_location or any(scope.has(name) for name in wanted),
        fine=f"{', '.join(wanted)} at most {most:g} s",
        expected=f"above 0 and at most {most:g} s",
        nothing="it has no server",
    )


def header(name: str) -> Callable[[Scope], str]:
    """A reader of the response header that a scope adds; empty when it adds none of that name."""

    def read(scope: Scope) -> str:
        for directive in scope.all("add_header"):
            if directive.args and directive.args[0].lower() == name.lower():
                return " ".join(directive.args[1:2])
        return ""

    return read


def sources(policy: str) -> dict[str, list[str]]:
    """A content security policy: directive -> what it allows."""
    return {words[0]: words[1:] for part in policy.split(";") if (words := part.split())}


def limited(name: str) -> Callable[[Scope], str | None]:
    """An observer of a limit that is set, and not only counted, such as `limit_req`."""

    def observe(scope: Scope) -> str | None:
        if scope.value(f"{name}_dry_run", "off") == "on":
            return f"{name}_dry_run on: counted, and refused nobody"
        return None if scope.all(name) else f"no {name}"

    return observe


def _named(scope: Scope, observation: Observation) -> Observation:
    return f"{scope.name}: {observation}" if isinstance(observation, str) else observation
