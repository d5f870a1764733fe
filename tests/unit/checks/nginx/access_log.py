from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import missing, with_nginx

CASES = (
    passes("on", with_nginx()),
    passes("by default", with_nginx("access_log /dev/stdout combined;", "")),
    passes("but for the health check", with_nginx("#more", "location = /healthz { access_log off; return 200; }")),
    fails("off", with_nginx("access_log /dev/stdout combined", "access_log off")),
    fails("off in one location", with_nginx("#more", "location /admin { access_log off; }"), says="/admin"),
    fails("thrown away", with_nginx("access_log /dev/stdout combined", "access_log /dev/null"), says="/dev/null"),
    unknown("not read", with_nginx(config=missing())),
)
