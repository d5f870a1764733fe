from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import cluster, missing, nginx_server, with_nginx

CASES = (
    passes("both end with a slash", with_nginx()),
    passes("neither does", with_nginx("location /img/ { alias /srv/img/; }", "location /img { alias /srv/img; }")),
    fails("only the alias does", with_nginx("location /img/ {", "location /img {"), says="alias /srv/img/"),
    fails("with a preferred prefix", with_nginx("location /img/ {", "location ^~ /img {")),
    inapplicable("no alias", cluster(nginx=(nginx_server("http { server { root /srv; } }"),))),
    unknown("not read", with_nginx(config=missing())),
)
