"""Is access limited by the client's address where not everybody is meant?"""

from hardening.checks.directives import Scope, scopes
from hardening.checks.verdict import listed
from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Severity,
    cis_nginx,
    given,
    manual,
    not_applicable,
    passed,
    per_server,
)
from hardening.model.facts import Directive, NginxServer

EXPECTED = "`allow` and `deny all` wherever not everybody is meant"


def judge(server: NginxServer) -> Answer:
    """Whom a place is meant for, a person knows."""

    def read(config: tuple[Directive, ...]) -> Answer:
        places = [scope for scope in scopes(config) if scope.serves_files or scope.passes]
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
