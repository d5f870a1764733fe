from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import missing, with_nginx

CASES = (
    passes("hidden", with_nginx()),
    fails("shown by default", with_nginx("server_tokens off;", ""), says="server_tokens on"),
    fails("shown in one location", with_nginx("#more", "location /x { server_tokens build; }"), says="location /x"),
    unknown("not read", with_nginx(config=missing("nginx -T: permission denied"))),
)
