from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import GONE, inspect, with_container

CASES = (
    passes("limited", with_container(), says="1 CPUs"),
    passes("a weight", with_container(inspect(nano_cpus=0, cpu_shares=512)), says="512"),
    passes("a quota", with_container(inspect(nano_cpus=0, cpu_quota=50000)), says="50000 µs"),
    fails("none", with_container(inspect(nano_cpus=0))),
    unknown("the node is gone", GONE),
)
