from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import cluster, missing, nginx_server, with_nginx

HEADER = "add_header Strict-Transport-Security max-age=63072000 always;"

CASES = (
    passes("two years", with_nginx()),
    fails("not sent", with_nginx(HEADER, ""), says="no Strict-Transport-Security"),
    fails("an hour", with_nginx("max-age=63072000", "max-age=3600"), says="3600"),
    inapplicable("no TLS", cluster(nginx=(nginx_server("http { server { listen 80; } }"),))),
    unknown("not read", with_nginx(config=missing())),
)
