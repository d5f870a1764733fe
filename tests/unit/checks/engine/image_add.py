from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import GONE, IMAGE_ID, cluster, missing, node, on_engine, with_build

CASES = (
    passes("COPY only", with_build()),
    fails("ADD", with_build(adds=(3, 5)), says="ADD in step 3, 5 of 5"),
    unknown("history not read", on_engine(builds={IMAGE_ID: missing()})),
    unknown("the node is gone", GONE),
    inapplicable("no build file", with_build(0)),
    inapplicable("nothing runs", cluster(node())),
)
