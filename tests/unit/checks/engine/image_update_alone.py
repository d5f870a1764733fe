from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import GONE, IMAGE_ID, cluster, missing, node, on_engine, with_build

CASES = (
    passes("none", with_build()),
    fails("a step of its own", with_build(lone_updates=(2,)), says="step 2"),
    unknown("history not read", on_engine(builds={IMAGE_ID: missing()})),
    unknown("the node is gone", GONE),
    inapplicable("no build file", with_build(0)),
    inapplicable("nothing runs", cluster(node())),
)
