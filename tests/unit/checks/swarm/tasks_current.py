from hardening.model.swarm import TaskTemplate
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import GONE, in_swarm, task

CASES = (
    passes("the present one", in_swarm()),
    fails("an older one", in_swarm(tasks=(task(spec=TaskTemplate(force_update=1)), task(id="t2"))), says="1 of 2"),
    inapplicable("nothing runs", in_swarm(tasks=())),
    unknown("the node is gone", GONE),
)
