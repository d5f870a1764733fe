from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import missing, with_nginx

CASES = (
    passes("none", with_nginx()),
    fails("not sent", with_nginx("add_header Referrer-Policy no-referrer always;", ""), says="not sent"),
    fails("everything", with_nginx("no-referrer always", "unsafe-url always"), says="unsafe-url"),
    unknown("not read", with_nginx(config=missing())),
)
