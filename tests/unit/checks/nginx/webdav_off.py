from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import missing, with_nginx

CASES = (
    passes("none", with_nginx()),
    passes("off", with_nginx("#more", "dav_methods off;")),
    fails("on", with_nginx("#more", "location /up { dav_methods PUT DELETE; }"), says="PUT DELETE"),
    unknown("not read", with_nginx(config=missing())),
)
