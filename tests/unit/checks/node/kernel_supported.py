from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import on_node

CASES = (
    passes("a current one", on_node()),
    fails("an old one", on_node(kernel="4.19.0-27-amd64"), says="4.19"),
    unknown("no version", on_node(kernel="custom")),
)
