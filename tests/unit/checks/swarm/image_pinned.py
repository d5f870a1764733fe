from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import in_swarm, with_service

CASES = (
    passes("by digest", in_swarm()),
    fails("by tag", with_service(image="registry:5000/web:1.2"), says="web:1.2"),
    fails("a digest that is too short", with_service(image="web@sha256:abc")),
    unknown("not told", with_service(image="")),
)
