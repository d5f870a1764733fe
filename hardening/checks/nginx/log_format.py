"""Does the access log tell who, when, what and how it ended?"""

from collections.abc import Iterator

from hardening.checks.directives import scopes, walk
from hardening.checks.vocabulary import Answer, Area, Check, Severity, all_of, cis_nginx, given, per_server
from hardening.model.facts import Directive, NginxServer

PARTS = {
    "client address": ("$remote_addr", "$http_x_forwarded_for", "$proxy_protocol_addr"),
    "time": ("$time_local", "$time_iso8601", "$msec"),
    "request": ("$request ", '$request"', "$request_uri", "$uri", "$request_method"),
    "status": ("$status",),
    "user agent": ("$http_user_agent",),
}
COMBINED = "combined"
"""NGINX's own format, which has all of them."""


def judge(server: NginxServer) -> Answer:
    """Every format that some access_log names."""

    def read(config: tuple[Directive, ...]) -> Answer:
        formats = {each.args[0]: " ".join(each.args[1:]) + " " for each in walk(config) if each.name == "log_format"}
        used = {
            args[1] if len(args) > 1 and "=" not in args[1] else COMBINED
            for scope in scopes(config)
            for args in [log.args for log in scope.all("access_log")] or [("default",)]
            if args[0] != "off"
        }
        return all_of(
            _observations(used, formats),
            fine=f"{', '.join(sorted(used))}: complete",
            expected=", ".join(PARTS),
            nothing="it logs no requests, which nginx-access-log judges",
        )

    return given(server.config, read)


def _observations(used: set[str], formats: dict[str, str]) -> Iterator[str | None]:
    for name in sorted(used):
        text = formats.get(name, "")
        missing = [part for part, variables in PARTS.items() if not any(each in text for each in variables)]
        yield f"{name} lacks {', '.join(missing)}" if missing and name != COMBINED else None


CHECK = Check(
    id="nginx-log-format",
    title="The access log tells who asked for what, when, and how it ended",
    area=Area.NGINX,
    severity=Severity.LOW,
    level=1,
    refs=cis_nginx("3.1"),
    rationale="A log without the address or the status cannot answer the first question of an investigation.",
    remediation="Use `combined`, or a `log_format` with $remote_addr, $time_iso8601, $request_method, $uri, $status, "
    "$http_user_agent.",
    evaluate=per_server(judge),
)
