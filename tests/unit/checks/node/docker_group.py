from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import GONE, on_node

CASES = (
    passes("empty", on_node()),
    passes("no such group", on_node(groups={})),
    fails("a member", on_node(groups={"docker": ("jenkins",)}), says="jenkins"),
    unknown("the node is gone", GONE),
)
