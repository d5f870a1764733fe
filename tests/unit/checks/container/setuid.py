from hardening.model.facts import Facts, ImagePrograms
from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import GONE, IMAGE_ID, cluster, container, engine, missing, node, process, with_container

LOOSE = container(None, process(no_new_privileges=False))


def loose(*privileged: str) -> Facts:
    programs = {IMAGE_ID: Known(ImagePrograms(20, privileged=privileged))}
    return cluster(node(engine=Known(engine(LOOSE, programs=programs))))


CASES = (
    passes("powerless", with_container(), says="NoNewPrivs 1"),
    passes("none in the image", loose()),
    fails("one in the image", loose("/usr/bin/su"), says="/usr/bin/su"),
    unknown("image not looked at", cluster(node(engine=Known(engine(LOOSE, programs={}))))),
    unknown("processes not read", with_container(processes=missing())),
    unknown("the node is gone", GONE),
    inapplicable("nothing runs", cluster(node())),
)
