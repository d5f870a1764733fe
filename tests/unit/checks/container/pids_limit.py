from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import GONE, inspect, with_container

CASES = (
    passes("limited", with_container(), says="100"),
    fails("none", with_container(inspect(pids_limit=None))),
    fails("minus one", with_container(inspect(pids_limit=-1))),
    unknown("the node is gone", GONE),
)
