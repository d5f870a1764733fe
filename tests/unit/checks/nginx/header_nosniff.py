from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import cluster, missing, nginx_server, with_nginx

PROXY = "http { server { location / { proxy_pass http://a; } } }"

CASES = (
    passes("sent", with_nginx()),
    fails("not", with_nginx("add_header X-Content-Type-Options nosniff always;", "")),
    fails(
        "dropped by a location's own header", with_nginx("#more", "location /x { add_header A b; }"), says="location /x"
    ),
    inapplicable("the application's own", cluster(nginx=(nginx_server(PROXY),))),
    unknown("not read", with_nginx(config=missing())),
)
