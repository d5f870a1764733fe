from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import cluster, missing, nginx_server, with_nginx

ONE = "http { server { listen 8080; server_name shop.example; root /srv; } }"
FIRST = "http { server { listen 80; location / { return 421; } } server { listen 80; server_name a; } }"

CASES = (
    passes("the handshake is refused", with_nginx()),
    passes("the first one refuses", cluster(nginx=(nginx_server(FIRST),))),
    fails("the only one answers", cluster(nginx=(nginx_server(ONE),)), says="answers any name"),
    fails("another port has no refusal", with_nginx("#more", "listen 8081;"), says="8081"),
    unknown("not read", with_nginx(config=missing())),
)
