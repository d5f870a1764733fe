from hardening.model.facts import Facts
from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import (
    NOW,
    altered_inside,
    certificate_pem,
    cluster,
    endpoint,
    missing,
    nginx_server,
    with_nginx,
)

DAY = 86400


def showing(
    start: float = NOW - 10 * DAY, name: str = "shop.example", issuer: str = "shop-ca", pem: str | None = None
) -> Facts:
    made = certificate_pem(start, 90, name, issuer=issuer, called=name) if pem is None else pem
    shown = endpoint(8443, server_name="shop.example", certificate=made)
    return with_nginx(inside=altered_inside(nginx_server().inside, endpoints=Known((shown,))))


CASES = (
    passes("in date and for its name", showing(), says="valid until"),
    passes("a wildcard", showing(name="*.example")),
    fails("ended", showing(NOW - 100 * DAY), says="port 8443, shop.example: ended on"),
    fails("ends this week", showing(NOW - 85 * DAY), says="in 5 days"),
    fails("for another name", showing(name="shop.example.org"), says="is not for shop.example"),
    fails("signed by itself", showing(issuer=""), says="signed by itself"),
    unknown("none sent", showing(pem=""), says="before it sent a certificate"),
    unknown("not to be read", showing(pem="rubbish")),
    unknown("not called", with_nginx(inside=altered_inside(nginx_server().inside, endpoints=missing()))),
    inapplicable("no TLS", with_nginx(inside=altered_inside(nginx_server().inside, endpoints=Known(())))),
    inapplicable("no web server", cluster()),
)
