from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import missing, with_nginx

CASES = (
    passes("info", with_nginx(), says="level info"),
    fails("the default level", with_nginx("error_log stderr info", "error_log stderr"), says="level error"),
    fails("thrown away", with_nginx("error_log stderr info", "error_log /dev/null info"), says="/dev/null"),
    unknown("not read", with_nginx(config=missing())),
)
