"""Does NGINX find upstreams that start later, or move?"""

import ipaddress
from collections.abc import Iterator

from hardening.checks.directives import scopes, walk
from hardening.checks.vocabulary import Answer, Area, Check, Severity, all_of, given, per_server
from hardening.model.facts import Directive, NginxServer


def judge(server: NginxServer) -> Answer:
    """A literal name is looked up once, at start, and stops NGINX when it is not there yet."""

    def read(config: tuple[Directive, ...]) -> Answer:
        upstreams = {each.args[0]: each for each in walk(config) if each.name == "upstream"}
        return all_of(
            _observations(config, upstreams),
            fine="looked up for each request",
            expected="a variable in proxy_pass with a `resolver`, or `server … resolve`",
            nothing="it passes no requests on",
        )

    return given(server.config, read)


def _observations(config: tuple[Directive, ...], upstreams: dict[str, Directive]) -> Iterator[str | None]:
    for scope in scopes(config):
        directive = scope.passes
        if directive is None or not directive.args:
            continue
        target = directive.args[0]
        host = target.partition("://")[2].partition("/")[0].rpartition("@")[2]
        name = host.rpartition(":")[0] or host
        if name in upstreams:
            fixed = [each for each in upstreams[name].block or () if each.name == "server" and _is_fixed_name(each)]
            yield f"{scope.name}: {fixed[0].args[0]} is looked up once" if fixed else None
        elif target.startswith(("$", "http://unix:")) or "$" in host or _is_address(name):
            yield None
        else:
            yield f"{scope.name}: {name} is looked up once"


def _is_fixed_name(server: Directive) -> bool:
    host = server.args[0].partition(":")[0]
    return "resolve" not in server.args and not server.args[0].startswith("unix:") and not _is_address(host)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return host == "localhost"
    return True


CHECK = Check(
    id="nginx-upstream-lookup",
    title="Upstreams are looked up when they are needed, not once at start",
    area=Area.NGINX,
    severity=Severity.LOW,
    level=1,
    refs=(),
    rationale="Swarm moves tasks and starts them in any order; NGINX then talks to an old address, or does not start.",
    remediation="`resolver 127.0.0.11 valid=5s;` and `set $api http://api:3000; proxy_pass $api;`.",
    evaluate=per_server(judge),
)
