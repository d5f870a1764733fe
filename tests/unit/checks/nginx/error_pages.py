from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import cluster, missing, nginx_server, with_nginx

CASES = (
    passes("its own", with_nginx()),
    fails("one missing", with_nginx("404 500 502 503 504 /error.html", "404 500 502 503 /error.html"), says="504"),
    unknown("not read", with_nginx(config=missing())),
    inapplicable("no server", cluster(nginx=(nginx_server("events {}"),))),
)
