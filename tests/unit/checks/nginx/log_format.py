from hardening.model.facts import Facts
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import missing, with_nginx


def logging(text: str) -> Facts:
    return with_nginx("access_log /dev/stdout combined;", f"log_format own '{text}'; access_log /dev/stdout own;")


CASES = (
    passes("combined", with_nginx()),
    passes("its own, complete", logging("$remote_addr $time_iso8601 $request_method $uri $status $http_user_agent")),
    fails("without the status", logging("$remote_addr $time_iso8601 $request_uri $http_user_agent"), says="status"),
    inapplicable("nothing is logged", with_nginx("access_log /dev/stdout combined", "access_log off")),
    unknown("not read", with_nginx(config=missing())),
)
