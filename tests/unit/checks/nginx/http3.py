from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import cluster, missing, nginx_server, with_nginx

CASES = (
    passes("offered", with_nginx()),
    fails("not offered", with_nginx("listen 8443 quic;", ""), says="shop.example"),
    unknown("not read", with_nginx(config=missing())),
    inapplicable("no TLS", cluster(nginx=(nginx_server("http { server { listen 80; } }"),))),
)
