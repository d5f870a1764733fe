from hardening.model.facts import Facts, ImageBuild
from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import GONE, IMAGE_ID, cluster, missing, node, on_engine


def built(**changes: tuple[int, ...]) -> Facts:
    return on_engine(builds={IMAGE_ID: Known(ImageBuild(5, **changes))})


CASES = (
    passes("none", built()),
    fails("a step of its own", built(lone_updates=(2,)), says="step 2"),
    unknown("history not read", on_engine(builds={IMAGE_ID: missing()})),
    unknown("the node is gone", GONE),
    inapplicable("no build file", on_engine(builds={IMAGE_ID: Known(ImageBuild(0))})),
    inapplicable("nothing runs", cluster(node())),
)
