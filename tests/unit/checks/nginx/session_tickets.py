from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import cluster, missing, nginx_server, with_nginx

CASES = (
    passes("off", with_nginx()),
    fails("on by default", with_nginx("ssl_session_tickets off;", "")),
    inapplicable("no TLS", cluster(nginx=(nginx_server("http { server { listen 80; } }"),))),
    unknown("not read", with_nginx(config=missing())),
)
