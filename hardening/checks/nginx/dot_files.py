"""Would NGINX hand out files whose names begin with a dot?"""

import re

from hardening.checks.directives import Scope, scopes
from hardening.checks.vocabulary import Answer, Area, Check, Severity, all_of, cis_nginx, given, per_server
from hardening.model.facts import Directive, NginxServer

REFUSALS = frozenset({"403", "404", "410", "444"})


def judge(server: NginxServer) -> Answer:
    """A server that serves files needs a location that refuses such names, and no `^~` prefix may go around it."""

    def read(config: tuple[Directive, ...]) -> Answer:
        places = list(scopes(config))
        serving = [place for place in places if place.serves_files]
        guarded = {id(place.chain[1]) for place in places if _refuses(place)}
        tested = {id(place.chain[1]) for place in places if not place.is_location and _tests(place)}
        return all_of(
            (
                None
                if id(place.chain[1]) in tested or (id(place.chain[1]) in guarded and not _goes_around(place))
                else f"{place.name} would serve `.git` and `.env`"
                for place in serving
            ),
            fine=f"refused wherever files are served ({len(serving)} places)",
            expected=r"a location such as `~ /\.` that denies, in each server that serves files",
            nothing="it serves no files",
        )

    return given(server.config, read)


def _refuses(place: Scope) -> bool:
    args = place.chain[-1].args
    if not place.is_location or args[0] not in {"~", "~*"} or not re.search(r"\\\.", args[-1]):
        return False
    denies = any(each.name == "deny" and each.args == ("all",) for each in place.own)
    return denies or any(each.name == "return" and each.args[0] in REFUSALS for each in place.own)


def _tests(server: Scope) -> bool:
    """An `if` of the server itself is asked before any location is chosen."""
    return any(
        each.name == "if"
        and "uri" in each.args[0]
        and r"\." in " ".join(each.args)
        and any(inner.name == "return" and inner.args[0] in REFUSALS for inner in each.block or ())
        for each in server.own
    )


def _goes_around(place: Scope) -> bool:
    """A `^~` prefix is taken before regular expressions, so the server's own guard is not asked."""
    if not place.is_location or place.chain[-1].args[0] != "^~":
        return False
    return not any(_refuses(Scope((*place.chain, inner))) for inner in place.own if inner.name == "location")


CHECK = Check(
    id="nginx-dot-files",
    title="Files whose names begin with a dot are never served",
    area=Area.NGINX,
    severity=Severity.MEDIUM,
    level=1,
    refs=cis_nginx("2.5.3"),
    rationale="A forgotten `.git` or `.env` in the web root gives away source and passwords.",
    remediation=r"`location ~ /\. { return 404; }` in each server, and inside `^~` locations that serve files.",
    evaluate=per_server(judge),
)
