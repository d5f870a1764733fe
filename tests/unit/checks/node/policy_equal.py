from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import cluster, missing, node

OTHER = Known('{"services": {}, "profiles": {}}')

CASES = (
    passes("the same everywhere", cluster(node(), node(), node())),
    fails("one differs", cluster(node(), node(policy=OTHER), node())),
    fails("one has none", cluster(node(), node(), node(policy=Known(""))), says="no policy"),
    unknown("one could not be read", cluster(node(), node(), node(policy=missing()))),
    unknown("the only other node is gone", cluster(node(), missing())),
    inapplicable("a single node", cluster(node())),
)
