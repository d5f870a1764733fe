from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import cluster, missing, nginx_server, with_nginx

CASES = (
    passes("hidden", with_nginx()),
    fails("passed on", with_nginx("proxy_hide_header X-Powered-By;", ""), says="X-Powered-By"),
    fails(
        "the server's name", with_nginx("proxy_hide_header X-Powered-By;", "proxy_pass_header Server;"), says="Server"
    ),
    inapplicable("passes nothing on", cluster(nginx=(nginx_server("http { server { root /srv; } }"),))),
    unknown("not read", with_nginx(config=missing())),
)
