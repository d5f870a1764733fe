from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import NOW, cluster, missing, node

CASES = (
    passes("seconds apart", cluster(node(), node(time=NOW + 4), node(time=NOW - 9))),
    fails("an hour behind", cluster(node(), node(), node(time=NOW - 3600)), says="-3600 s"),
    unknown("one was not read", cluster(node(), node(), missing())),
    unknown("nothing to compare with", cluster(node(), missing()), says="compare"),
    inapplicable("a single node", cluster(node())),
)
