"""May clients write files?"""

from hardening.checks.directives import walk
from hardening.checks.vocabulary import Answer, Area, Check, Severity, failed, given, passed, per_server
from hardening.model.facts import Directive, NginxServer


def judge(server: NginxServer) -> Answer:
    """Any method but off."""

    def read(config: tuple[Directive, ...]) -> Answer:
        found = [each for each in walk(config) if each.name == "dav_methods" and each.args[:1] != ("off",)]
        places = ", ".join(f"{each.file}:{each.line}: {' '.join(each.args)}" for each in found)
        return failed(places, "no dav_methods") if found else passed("no dav_methods", "no dav_methods")

    return given(server.config, read)


CHECK = Check(
    id="nginx-webdav-off",
    title="Clients cannot write files",
    area=Area.NGINX,
    severity=Severity.HIGH,
    level=1,
    refs=(),
    rationale="PUT and DELETE on a web root put a stranger's page there.",
    remediation="Remove `dav_methods`.",
    evaluate=per_server(judge),
)
