from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import missing, with_nginx

CASES = (
    passes("off", with_nginx()),
    fails("on in one location", with_nginx("#more", "location /files/ { autoindex on; }"), says="/files/"),
    fails("on for all", with_nginx("server_tokens off;", "autoindex on;")),
    unknown("not read", with_nginx(config=missing())),
)
