"""Are modules loaded that nobody decided on?"""

from hardening.checks.directives import walk
from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Severity,
    cis_nginx,
    given,
    manual,
    passed,
    per_server,
)
from hardening.model.facts import Directive, NginxServer


def judge(server: NginxServer) -> Answer:
    """Dynamic modules are named in the configuration; whether each is needed, a person knows."""

    def read(config: tuple[Directive, ...]) -> Answer:
        loaded = [directive.args[0] for directive in walk(config) if directive.name == "load_module"]
        if loaded:
            return manual(f"loads {', '.join(loaded)}: is each one needed?", "only modules that are needed")
        return passed("loads no dynamic module", "only modules that are needed")

    return given(server.config, read)


CHECK = Check(
    id="nginx-modules",
    title="NGINX loads no module that it does not need",
    area=Area.NGINX,
    severity=Severity.LOW,
    level=1,
    refs=cis_nginx("2.1.1"),
    rationale="Each module is code that strangers reach.",
    remediation="Remove `load_module` lines, and the packages behind them.",
    evaluate=per_server(judge),
)
