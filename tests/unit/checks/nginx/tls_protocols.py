from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import cluster, missing, nginx_server, with_nginx

CASES = (
    passes("current ones", with_nginx()),
    fails("an old one", with_nginx("ssl_protocols TLSv1.2", "ssl_protocols TLSv1.1"), says="TLSv1.1"),
    fails("the default of old releases", with_nginx("ssl_protocols TLSv1.2 TLSv1.3;", "")),
    inapplicable("no TLS", cluster(nginx=(nginx_server("http { server { listen 80; } }"),))),
    unknown("not read", with_nginx(config=missing())),
)
