from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import GONE, in_swarm, overlay

CASES = (
    passes("not", in_swarm()),
    fails("attachable", in_swarm(networks=(overlay(attachable=True),))),
    inapplicable("no overlay", in_swarm(networks=())),
    unknown("the node is gone", GONE),
)
