from hardening.model.facts import Facts, ImageBuild
from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, manual, passes, unknown
from tests.unit.facts_factory import GONE, IMAGE_ID, cluster, missing, node, on_engine


def built(**changes: tuple[str, ...]) -> Facts:
    return on_engine(builds={IMAGE_ID: Known(ImageBuild(5, **changes))})


CASES = (
    passes("checked", built()),
    fails("unsigned", built(unverified=("--allow-unauthenticated",)), says="--allow-unauthenticated"),
    manual("no build file", on_engine(builds={IMAGE_ID: Known(ImageBuild(0))}), says="no build steps"),
    unknown("history not read", on_engine(builds={IMAGE_ID: missing()})),
    unknown("the node is gone", GONE),
    inapplicable("nothing runs", cluster(node())),
)
