from tests.unit.checks.cases import fails, inapplicable, manual, passes, unknown
from tests.unit.facts_factory import GONE, cluster, container, missing, node

CASES = (
    passes("nothing is open", cluster(open_questions={"web": 0, "db": 3})),
    fails("two are open", cluster(open_questions={"web": 2}), says="2 questions are open"),
    fails("one is open", cluster(open_questions={"web": 1}), says="1 question is open"),
    manual("a role of another project", cluster(open_questions={"db": 0}), says="no such role"),
    unknown("policy not read", cluster(node(container(), policy=missing()), open_questions={"web": 0})),
    unknown("the node is gone", GONE),
    inapplicable("no project", cluster(open_questions=None), says="no project folder"),
    inapplicable("nothing runs", cluster(node(), open_questions={})),
)
