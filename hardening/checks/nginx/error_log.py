"""Does the error log say what it should?"""

from hardening.checks.directives import walk
from hardening.checks.vocabulary import Answer, Area, Check, Severity, cis_nginx, failed, given, passed, per_server
from hardening.model.facts import Directive, NginxServer

GOOD = frozenset({"info", "notice"})
EXPECTED = "level info or notice"


def judge(server: NginxServer) -> Answer:
    """The main one; a location may be quieter."""

    def read(config: tuple[Directive, ...]) -> Answer:
        main = [each.args for each in config if each.name == "error_log"]
        http = [
            each.args
            for block in config
            if block.name == "http"
            for each in block.block or ()
            if each.name == "error_log"
        ]
        if any("/dev/null" in each.args for each in walk(config) if each.name == "error_log"):
            return failed("thrown away to /dev/null", EXPECTED)
        args = (http or main or [("error.log",)])[-1]
        level = args[1] if len(args) > 1 else "error"
        return (passed if level in GOOD else failed)(f"{args[0]}, level {level}", EXPECTED)

    return given(server.config, read)


CHECK = Check(
    id="nginx-error-log",
    title="The error log is kept at the level info or notice",
    area=Area.NGINX,
    severity=Severity.LOW,
    level=1,
    refs=cis_nginx("3.3"),
    rationale="Refused and broken requests, the first signs of an attack, are logged at info.",
    remediation="`error_log stderr info;` outside of `http`.",
    evaluate=per_server(judge),
)
