from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import cluster, missing, nginx_server, with_nginx

CASES = (
    passes("limited", with_nginx()),
    fails("not", with_nginx("limit_req zone=all;", ""), says="location /api/"),
    fails(
        "counted only", with_nginx("limit_req zone=all;", "limit_req zone=all; limit_req_dry_run on;"), says="dry_run"
    ),
    inapplicable("passes nothing on", cluster(nginx=(nginx_server("http { server { root /srv; } }"),))),
    unknown("not read", with_nginx(config=missing())),
)
