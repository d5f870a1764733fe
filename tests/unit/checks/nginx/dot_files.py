from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import cluster, missing, nginx_server, with_nginx

GUARD = r"location ~ /\. { return 404; }"

CASES = (
    passes("refused", with_nginx()),
    passes("denied", with_nginx(GUARD, r"location ~* /\. { deny all; }")),
    passes(
        "tested before any location", with_nginx(GUARD, r'if ($uri ~ "/\.") { return 404; } location ^~ /img2/ { }')
    ),
    fails("no guard", with_nginx(GUARD, ""), says=".git"),
    fails("a guard that lets through", with_nginx(GUARD, r"location ~ /\. { expires 1d; }")),
    fails("a prefix that goes around it", with_nginx("location /img/", "location ^~ /img/"), says="^~ /img/"),
    inapplicable(
        "passes everything on",
        cluster(nginx=(nginx_server("http { server { location / { proxy_pass http://a; } } }"),)),
    ),
    unknown("not read", with_nginx(config=missing())),
)
