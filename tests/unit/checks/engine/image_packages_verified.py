from tests.unit.checks.cases import fails, inapplicable, manual, passes, unknown
from tests.unit.facts_factory import GONE, IMAGE_ID, cluster, missing, node, on_engine, with_build

CASES = (
    passes("checked", with_build()),
    fails("unsigned", with_build(unverified=("--allow-unauthenticated",)), says="--allow-unauthenticated"),
    manual("no build file", with_build(0), says="no build steps"),
    unknown("history not read", on_engine(builds={IMAGE_ID: missing()})),
    unknown("the node is gone", GONE),
    inapplicable("nothing runs", cluster(node())),
)
