from hardening.model.facts import Facts
from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import altered_inside, cluster, endpoint, missing, nginx_server, with_nginx


def speaking(**protocols: bool) -> Facts:
    told = {name.replace("_", "."): on for name, on in protocols.items()}
    return with_nginx(inside=altered_inside(nginx_server().inside, endpoints=Known((endpoint(8443, protocols=told),))))


SILENT = altered_inside(nginx_server().inside, endpoints=Known(()))

CASES = (
    passes("new ones only", with_nginx(), says="TLSv1.2, TLSv1.3"),
    fails("an old one", speaking(TLSv1=True, TLSv1_1=True), says="port 8443 speaks TLSv1, TLSv1.1"),
    unknown("one that the node cannot speak", speaking(TLSv1_2=True)),
    unknown("not called", with_nginx(inside=altered_inside(nginx_server().inside, endpoints=missing()))),
    unknown("no answer, though it should speak TLS", with_nginx(inside=SILENT), says="no handshake was answered"),
    inapplicable("no TLS", cluster(nginx=(nginx_server("http { server { listen 80; } }", inside=SILENT),))),
    inapplicable("no web server", cluster()),
)
