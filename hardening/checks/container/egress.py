"""Can a container that needs nothing beyond its networks dial beyond them?"""

from hardening.checks.policy import PolicyProfile, under_profile
from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Place,
    Severity,
    failed,
    given,
    not_applicable,
    passed,
    per_container,
)
from hardening.model.policy import Egress

EXPECTED = "a fence in its network namespace, for the networks it is on"


def judge(place: Place, profile: PolicyProfile) -> Answer:
    """`egress: none` of the node's policy against the netfilter rules in the container's own network namespace."""
    if profile.egress is Egress.ANY:
        return not_applicable("the policy lets it dial wherever its networks lead")
    return given(
        place.container.fence,
        lambda lacking: failed(lacking, EXPECTED) if lacking else passed("only what is on its networks can be dialled"),
    )


CHECK = Check(
    id="container-egress",
    title="Containers whose policy says `egress: none` can dial nothing beyond their networks",
    area=Area.CONTAINER,
    severity=Severity.HIGH,
    level=1,
    refs=(),
    rationale="Any network that is not internal leads to the node, its neighbours and the outside: an intruder in a "
    "container fetches tools, carries data away and tries the machine's own ports from there.",
    remediation="Replace the task, so that it starts through the runtime: `docker service update --force SERVICE`; a "
    "plain container, and one to which a network was attached meanwhile: `docker restart NAME`.",
    evaluate=per_container(under_profile(judge)),
)
