from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import cluster, missing, nginx_server, with_nginx

CASES = (
    passes("passed on", with_nginx()),
    fails("not", with_nginx("proxy_set_header X-Forwarded-For $remote_addr;", ""), says="location /api/"),
    fails("replaced by another header", with_nginx("X-Forwarded-For $remote_addr", "Host $host")),
    inapplicable("passes nothing on", cluster(nginx=(nginx_server("http { server { root /srv; } }"),))),
    unknown("not read", with_nginx(config=missing())),
)
