"""Is access limited by the client's address where not everybody is meant?"""

from hardening.checks.directives import Scope, scopes
from hardening.checks.verdict import listed
from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Severity,
    cis_nginx,
    failed,
    given,
    manual,
    not_applicable,
    passed,
    per_server,
)
from hardening.model.facts import Directive, NginxServer

EXPECTED = "`allow` and `deny all` wherever not everybody is meant"

INTERNALS = ("stub_status", "status", "api")
"""Directives that tell of a server's connections or change its settings: meant for those who run it."""


def judge(server: NginxServer) -> Answer:
    """Whom a place is meant for, a person knows; but not where NGINX tells of itself."""

    def read(config: tuple[Directive, ...]) -> Answer:
        every = list(scopes(config))
        told = [scope.name for scope in every if any(map(scope.has, INTERNALS)) and not _is_limited(scope)]
        if told:
            return failed(f"tells everybody about itself: {listed(told)}", EXPECTED)
        places = [scope for scope in every if scope.serves_files or scope.passes]
        if not places:
            return not_applicable("it answers no requests")
        everybody = [scope.name for scope in places if not _is_limited(scope)]
        if everybody:
            return manual(f"open to every address: {listed(everybody)}; is it meant to be?", EXPECTED)
        return passed(f"limited by address ({len(places)} places)", EXPECTED)

    return given(server.config, read)


def _is_limited(scope: Scope) -> bool:
    return any(each.args == ("all",) for each in scope.all("deny"))


CHECK = Check(
    id="nginx-address-lists",
    title="Places that are not meant for everybody are limited to addresses",
    area=Area.NGINX,
    severity=Severity.LOW,
    level=2,
    refs=cis_nginx("5.1.1"),
    rationale="An administration page that only the office needs should not meet the whole world's passwords.",
    remediation="`allow 192.0.2.0/24; deny all;` in the location.",
    evaluate=per_server(judge),
)
