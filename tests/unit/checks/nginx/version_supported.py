from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import cluster, missing, on_node, with_nginx

CASES = (
    passes("current", with_nginx()),
    fails("old", with_nginx(version=Known("1.22.1")), says="1.22.1"),
    unknown("no version", with_nginx(version=Known("?"))),
    unknown("not read", with_nginx(version=missing())),
    unknown("an engine is silent, so one may be hidden", on_node(engine=missing())),
    inapplicable("no NGINX", cluster()),
)
