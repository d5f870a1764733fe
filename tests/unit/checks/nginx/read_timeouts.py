from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import missing, with_nginx

CASES = (
    passes("ten seconds", with_nginx()),
    fails("headers", with_nginx("client_header_timeout 10s;", ""), says="client_header_timeout 60s"),
    fails(
        "no limit at all", with_nginx("client_body_timeout 10s", "client_body_timeout 0"), says="client_body_timeout 0"
    ),
    unknown("not read", with_nginx(config=missing())),
)
