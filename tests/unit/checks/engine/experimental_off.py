from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import GONE, on_engine

CASES = (
    passes("off", on_engine()),
    fails("on", on_engine(experimental_build=True)),
    unknown("the node is gone", GONE),
)
