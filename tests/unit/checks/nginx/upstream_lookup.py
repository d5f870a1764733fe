from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import cluster, missing, nginx_server, with_nginx

CASES = (
    passes("a variable", with_nginx()),
    passes("an address", with_nginx("proxy_pass $api", "proxy_pass http://127.0.0.1:3000")),
    passes("a socket", with_nginx("proxy_pass $api", "proxy_pass http://unix:/run/app.sock")),
    passes(
        "a group that resolves",
        cluster(
            nginx=(
                nginx_server(
                    "http { upstream a { server api:3000 resolve; } server { location / { proxy_pass http://a; } } }"
                ),
            )
        ),
    ),
    fails("a plain name", with_nginx("proxy_pass $api", "proxy_pass http://api:3000"), says="api is looked up once"),
    fails(
        "a group of plain names",
        cluster(
            nginx=(
                nginx_server("http { upstream a { server api:3000; } server { location / { proxy_pass http://a; } } }"),
            )
        ),
    ),
    inapplicable("passes nothing on", cluster(nginx=(nginx_server("http { server { root /srv; } }"),))),
    unknown("not read", with_nginx(config=missing())),
)
