from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import cluster, missing, nginx_server, with_nginx

CASES = (
    passes("limited", with_nginx()),
    fails("not", with_nginx("limit_conn all 100;", ""), says="no limit_conn"),
    fails(
        "counted only", with_nginx("limit_conn all 100;", "limit_conn all 9; limit_conn_dry_run on;"), says="dry_run"
    ),
    inapplicable("answers nothing", cluster(nginx=(nginx_server("http { server { return 404; } }"),))),
    unknown("not read", with_nginx(config=missing())),
)
