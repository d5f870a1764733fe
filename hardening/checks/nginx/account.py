"""Could somebody log in as the user that NGINX runs under?"""

from hardening.checks.verdict import listed
from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Severity,
    cis_nginx,
    failed,
    given,
    passed,
    per_server,
    unknown,
)
from hardening.model.facts import Account, Inside, NginxServer

NO_SHELLS = frozenset({"/bin/false", "/sbin/nologin", "/usr/bin/false", "/usr/bin/nologin", "/usr/sbin/nologin"})
EXPECTED = "no account, or a locked one without a shell"


def judge(server: NginxServer) -> Answer:
    """The container's own list of accounts; of a password only whether there is one was read."""
    return given(server.inside, lambda inside: given(inside.accounts, lambda accounts: _judge(inside, accounts)))


def _judge(inside: Inside, accounts: tuple[Account, ...]) -> Answer:
    if not inside.users:
        return unknown("the users of its processes are not known")
    users = ", ".join(map(str, inside.users))
    complaints = [f"{each.name} has a password" for each in accounts if not each.locked]
    complaints += [
        f"{each.name} has the shell {each.shell or '/bin/sh'}" for each in accounts if each.shell not in NO_SHELLS
    ]
    if complaints:
        return failed(listed(complaints), EXPECTED)
    names = ", ".join(f"{each.name} is locked, {each.shell}" for each in accounts)
    return passed(names or f"user {users} has no account at all", EXPECTED)


CHECK = Check(
    id="nginx-account",
    title="The account that NGINX runs under is locked and has no shell",
    area=Area.NGINX,
    severity=Severity.LOW,
    level=1,
    refs=cis_nginx("2.2.2", "2.2.3"),
    rationale="A service's account that can log in is a second way to what the service can reach.",
    remediation="`usermod --lock --shell /usr/sbin/nologin USER` in the image, or a number without an account.",
    evaluate=per_server(judge),
)
