from hardening.model.facts import Facts
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import GONE, IMAGE_ID, cluster, container, missing, node


def recorded(*images: str, role: str = "web") -> Facts:
    return cluster(evidence={role: images})


CASES = (
    passes("by digest", recorded("sha256:" + "a" * 64), says="registry:5000/web"),
    passes("by id, one of two", recorded("sha256:1", IMAGE_ID)),
    fails("another image", recorded("sha256:" + "c" * 64), says="not recorded: registry:5000/web bbbbbbbbbbbb"),
    fails("of another role only", recorded(IMAGE_ID, role="db"), says="no recording"),
    fails("no image named", recorded()),
    unknown("policy not read", cluster(node(container(), policy=missing()), evidence={"web": (IMAGE_ID,)})),
    unknown("the node is gone", GONE),
    inapplicable("no project", cluster(evidence=None), says="no project folder"),
    inapplicable("nothing runs", cluster(node(), evidence={})),
)
