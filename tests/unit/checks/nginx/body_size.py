from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import missing, with_nginx

CASES = (
    passes("a megabyte", with_nginx()),
    passes("the default", with_nginx("client_max_body_size 1m;", "")),
    fails("none", with_nginx("client_max_body_size 1m", "client_max_body_size 0"), says="size 0"),
    fails("a gigabyte in one location", with_nginx("#more", "location /up { client_max_body_size 1g; }"), says="1g"),
    unknown("no size", with_nginx("client_max_body_size 1m", "client_max_body_size big")),
    unknown("not read", with_nginx(config=missing())),
)
