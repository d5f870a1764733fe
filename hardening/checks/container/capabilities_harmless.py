"""Does a container ask for a capability that amounts to root on the node?"""

from hardening.checks.capabilities import DANGEROUS, declared
from hardening.checks.vocabulary import Area, Check, Place, Severity, Verdict, cis_docker, failed, passed, per_container


def judge(place: Place) -> Verdict:
    """What is asked for by name."""
    asked = declared(place.container.inspect.host_config.cap_add)
    observed = f"asks for {', '.join(sorted(asked))}" if asked else "asks for none"
    return (failed if asked & DANGEROUS else passed)(observed, f"none of {', '.join(sorted(DANGEROUS))}")


CHECK = Check(
    id="container-capabilities-harmless",
    title="No container asks for a capability that can take over the node",
    area=Area.CONTAINER,
    severity=Severity.CRITICAL,
    level=1,
    refs=cis_docker("5.4"),
    rationale="SYS_ADMIN, SYS_MODULE and their like are ways to root on the node, whatever else holds it.",
    remediation="Remove it from `cap_add`; if the service fails, find the one system call it wanted it for.",
    evaluate=per_container(judge),
)
