from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import GONE, IMAGE_ID, cluster, missing, node, on_engine, with_build

CASES = (
    passes("a version only", with_build(arguments=("VERSION", "KEY_FILE"))),
    fails("a token", with_build(arguments=("NPM_TOKEN", "VERSION")), says="NPM_TOKEN"),
    unknown("history not read", on_engine(builds={IMAGE_ID: missing()})),
    unknown("the node is gone", GONE),
    inapplicable("no build file", with_build(0)),
    inapplicable("nothing runs", cluster(node())),
)
