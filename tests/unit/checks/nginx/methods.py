from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import cluster, missing, nginx_server, with_nginx

TEST = 'if ($request_method !~ "^(GET|POST)$") { return 405; }'
LIMITED = "http { server { location / { proxy_pass http://a; limit_except GET { deny all; } } } }"

CASES = (
    passes("tested in the server", with_nginx()),
    passes("limited in the location", cluster(nginx=(nginx_server(LIMITED),))),
    fails("any", with_nginx(TEST, ""), says="any method"),
    inapplicable("files only", cluster(nginx=(nginx_server("http { server { root /srv; } }"),))),
    unknown("not read", with_nginx(config=missing())),
)
