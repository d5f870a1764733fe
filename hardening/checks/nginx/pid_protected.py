"""Can others point signals at another process?"""

from hardening.checks.inside import FileRule, judged
from hardening.checks.vocabulary import Answer, Area, Check, Severity, cis_nginx, given, per_server
from hardening.model.facts import Directive, FileFacts, Inside, NginxServer

DEFAULTS = ("/run/nginx.pid", "/var/run/nginx.pid")
"""Where distributions put it; NGINX does not tell."""
WRITE = 0o022


def _is_fine(file: FileFacts, inside: Inside) -> bool:
    return (file.uid == 0 or file.uid in inside.users) and not file.mode & WRITE


RULE = FileRule(
    _is_fine,
    fine="its owner's, closed to other writers",
    expected="root or the server's user, no write permission for group and others",
    nothing="it keeps no such file",
    may_be_absent=True,
)


def judge(server: NginxServer) -> Answer:
    """The file that the configuration names, or where it usually is."""

    def read(config: tuple[Directive, ...]) -> Answer:
        paths = {each.args[0] for each in config if each.name == "pid"} or set(DEFAULTS)
        return given(
            server.inside,
            lambda inside: judged(inside, sorted(paths), RULE),
        )

    return given(server.config, read)


CHECK = Check(
    id="nginx-pid-protected",
    title="The file with NGINX's process number can be changed by its owner only",
    area=Area.NGINX,
    severity=Severity.LOW,
    level=1,
    refs=cis_nginx("2.3.3"),
    rationale="Whoever writes it decides which process the next reload or stop is sent to.",
    remediation="`pid /tmp/nginx.pid;` in a tmpfs of the service's own, mode 0644.",
    evaluate=per_server(judge),
)
