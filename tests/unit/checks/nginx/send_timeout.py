from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import missing, with_nginx

CASES = (
    passes("ten seconds", with_nginx()),
    fails("the default", with_nginx("send_timeout 10s;", ""), says="60s"),
    unknown("not read", with_nginx(config=missing())),
)
