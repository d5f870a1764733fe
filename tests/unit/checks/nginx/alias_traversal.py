from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import cluster, missing, nginx_server, with_nginx

CASES = (
    passes("both end with a slash", with_nginx()),
    passes("neither does", with_nginx("location /img/ { alias /srv/img/; }", "location /img { alias /srv/img; }")),
    fails("only the alias does", with_nginx("location /img/ {", "location /img {"), says="alias /srv/img/"),
    fails("with a preferred prefix", with_nginx("location /img/ {", "location ^~ /img {")),
    passes("no alias", cluster(nginx=(nginx_server("http { server { root /srv; } }"),))),
    fails("everything", with_nginx("#more", "location /all { root /; }"), says="root / serves"),
    fails("everything, by the server", with_nginx("root /srv;", "root /;")),
    fails("everything, by all servers", cluster(nginx=(nginx_server("http { root /; server { listen 80; } }"),))),
    fails("settings", with_nginx("#more", "location /c/ { alias /etc/; }"), says="alias /etc/ serves"),
    fails("secrets", with_nginx("#more", "location /s/ { alias /srv/../run/secrets/; }"), says="/run/secrets"),
    passes("a name that begins alike", with_nginx("root /srv;", "root /runway;")),
    inapplicable("no folder", cluster(nginx=(nginx_server("http { server { return 404; } }"),))),
    unknown("not read", with_nginx(config=missing())),
)
