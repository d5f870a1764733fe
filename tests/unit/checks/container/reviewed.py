from hardening.model.role import RoleSummary
from tests.unit.checks.cases import fails, inapplicable, manual, passes, unknown
from tests.unit.facts_factory import GONE, cluster, container, missing, node, role


def about(**questions: int) -> dict[str, RoleSummary]:
    """Roles, and how many questions about each are open."""
    return {name: role(name, questions=count) for name, count in questions.items()}


CASES = (
    passes("nothing is open", cluster(roles=about(web=0, db=3))),
    fails("two are open", cluster(roles=about(web=2)), says="2 questions are open"),
    fails("one is open", cluster(roles=about(web=1)), says="1 question is open"),
    manual("a role of another project", cluster(roles=about(db=0)), says="no such role"),
    unknown("policy not read", cluster(node(container(), policy=missing()), roles=about(web=0))),
    unknown("the node is gone", GONE),
    inapplicable("no project", cluster(roles=None), says="no project folder"),
    inapplicable("nothing runs", cluster(node(), roles={})),
)
