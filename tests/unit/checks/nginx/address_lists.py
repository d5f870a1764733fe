from tests.unit.checks.cases import fails, inapplicable, manual, passes, unknown
from tests.unit.facts_factory import cluster, missing, nginx_server, with_nginx

CASES = (
    passes("limited", with_nginx("root /srv;", "root /srv; allow 192.0.2.0/24; deny all;"), says="limited by address"),
    manual("open", with_nginx(), says="open to every address: server shop.example"),
    fails("its own state", with_nginx("#more", "location /state { stub_status; }"), says="location /state"),
    manual("its own state, limited", with_nginx("#more", "location /state { stub_status; deny all; }")),
    unknown("not read", with_nginx(config=missing())),
    inapplicable("answers nothing", cluster(nginx=(nginx_server("http { server { listen 80; return 404; } }"),))),
)
