from hardening.model.facts import Facts, ImageBuild
from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import GONE, IMAGE_ID, cluster, missing, node, on_engine


def built(**changes: tuple[str, ...]) -> Facts:
    return on_engine(builds={IMAGE_ID: Known(ImageBuild(5, **changes))})


CASES = (
    passes("a version only", built(arguments=("VERSION", "KEY_FILE"))),
    fails("a token", built(arguments=("NPM_TOKEN", "VERSION")), says="NPM_TOKEN"),
    unknown("history not read", on_engine(builds={IMAGE_ID: missing()})),
    unknown("the node is gone", GONE),
    inapplicable("no build file", on_engine(builds={IMAGE_ID: Known(ImageBuild(0))})),
    inapplicable("nothing runs", cluster(node())),
)
