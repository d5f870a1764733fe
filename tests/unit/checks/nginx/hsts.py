from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import NGINX, cluster, missing, nginx_server, with_nginx

HEADER = "add_header Strict-Transport-Security max-age=63072000 always;"

MAP = "map $scheme $hsts { https max-age=63072000; default ''; }"
MAPPED = HEADER.replace("max-age=63072000", "$hsts")
OWN = "location /own/ { add_header X-Own 1; }"

CASES = (
    passes("two years", with_nginx()),
    passes(
        "by a map of the scheme",
        cluster(nginx=(nginx_server(NGINX.replace(HEADER, MAPPED).replace("http {", f"http {{ {MAP}")),)),
    ),
    fails("by a map that gives nothing over TLS", with_nginx(HEADER, MAPPED), says="no Strict-Transport-Security"),
    fails("lost in a location", with_nginx("#more", OWN), says="location /own/"),
    passes("said again in a location", with_nginx("#more", OWN.replace("X-Own 1;", f"X-Own 1; {HEADER}"))),
    fails("not sent", with_nginx(HEADER, ""), says="no Strict-Transport-Security"),
    fails("an hour", with_nginx("max-age=63072000", "max-age=3600"), says="3600"),
    inapplicable("no TLS", cluster(nginx=(nginx_server("http { server { listen 80; } }"),))),
    unknown("not read", with_nginx(config=missing())),
)
