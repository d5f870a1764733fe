from hardening.model.engine import Image
from hardening.model.facts import Facts
from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, manual, passes, unknown
from tests.unit.facts_factory import GONE, IMAGE, IMAGE_ID, NOW, cluster, missing, node, on_engine


def built(days: float) -> Facts:
    return on_engine(images=Known((Image(IMAGE_ID, repo_digests=(IMAGE,), created=int(NOW - days * 86400)),)))


CASES = (
    passes("last week", built(7), says="7 days ago"),
    fails("last year", built(400), says="400 days ago"),
    manual("no date", on_engine(images=Known((Image(IMAGE_ID, created=0),))), says="no date"),
    unknown("images not listed", on_engine(images=missing())),
    unknown("the node is gone", GONE),
    inapplicable("nothing runs", cluster(node())),
)
