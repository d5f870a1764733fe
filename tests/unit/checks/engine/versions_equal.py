from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import cluster, engine, missing, node

OLD = node(engine=Known(engine(server_version="26.1.5")))

CASES = (
    passes("the same everywhere", cluster(node(), node())),
    fails("one is older", cluster(node(), node(), OLD), says="26.1.5"),
    unknown("one engine is silent", cluster(node(), node(), node(engine=missing()))),
    inapplicable("a single node", cluster(node())),
)
