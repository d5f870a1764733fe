from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import missing, with_nginx

CASES = (
    passes("ten seconds", with_nginx()),
    passes("in milliseconds", with_nginx("keepalive_timeout 10s", "keepalive_timeout 9500ms")),
    fails("the default", with_nginx("keepalive_timeout 10s;", ""), says="75s"),
    fails("a minute and a half", with_nginx("keepalive_timeout 10s", "keepalive_timeout 1m30s")),
    fails("in one location", with_nginx("#more", "location /x { keepalive_timeout 99; }"), says="location /x"),
    unknown("no time", with_nginx("keepalive_timeout 10s", "keepalive_timeout soon")),
    unknown("not read", with_nginx(config=missing())),
)
