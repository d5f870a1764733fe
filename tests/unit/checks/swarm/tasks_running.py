from hardening.model.swarm import ReplicatedMode, ServiceMode, TaskStatus
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import GONE, in_swarm, service, task

GLOBAL = service(mode=ServiceMode(global_={}))
FAILED = task(status=TaskStatus("rejected", err="No such image"))

CASES = (
    passes("all", in_swarm(), says="1 of 1"),
    passes(
        "on every node", in_swarm(services=(GLOBAL,), tasks=(task(GLOBAL, node_id="m1"), task(GLOBAL, node_id="m2")))
    ),
    fails("none", in_swarm(tasks=())),
    fails("one that is refused", in_swarm(tasks=(FAILED,)), says="No such image"),
    fails("on no node, for none fits", in_swarm(services=(GLOBAL,), tasks=()), says="none does"),
    inapplicable("scaled to zero", in_swarm(services=(service(mode=ServiceMode(ReplicatedMode(0))),)), says="zero"),
    inapplicable("a job", in_swarm(services=(service(mode=ServiceMode()),), tasks=()), says="a job"),
    unknown("the node is gone", GONE),
)
