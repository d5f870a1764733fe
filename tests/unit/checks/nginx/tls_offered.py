from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import missing, with_nginx

PLAIN = "server { listen 8080; root /srv; }"
REDIRECT = (
    "server { listen 8080; location = /healthz { return 200; } location / { return 308 https://$host$request_uri; } }"
)
REFUSAL = "server { listen 8080 default_server; return 444; }"

CASES = (
    passes("TLS only", with_nginx()),
    passes("a redirect besides", with_nginx("#servers", REDIRECT)),
    passes("a refusal besides", with_nginx("#servers", REFUSAL)),
    fails("in the clear besides", with_nginx("#servers", PLAIN), says="in the clear"),
    fails("a redirect to plain HTTP", with_nginx("#servers", REDIRECT.replace("https://", "http://"))),
    fails("no listen at all", with_nginx("#servers", "server { root /srv; }")),
    passes("a stream by TLS", with_nginx("#main", "stream { server { listen 853 ssl; proxy_pass dns:53; } }")),
    unknown(
        "a stream of anything",
        with_nginx("#main", "stream { server { listen 27017; proxy_pass mongo1:27017; } }"),
        says="nobody knows what",
    ),
    unknown("not read", with_nginx(config=missing())),
)
