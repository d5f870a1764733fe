from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import GONE, inspect, with_container

CASES = (
    passes("limited", with_container(), says="1024 MiB"),
    fails("none", with_container(inspect(memory=0))),
    unknown("the node is gone", GONE),
)
