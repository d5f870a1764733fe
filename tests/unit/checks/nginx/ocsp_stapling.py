from hardening.model.facts import Facts
from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import altered_inside, certificate_pem, cluster, missing, nginx_server, with_nginx

ON = ("ssl_session_tickets off;", "ssl_session_tickets off; ssl_stapling on;")


def answering(old: str = "", new: str = "") -> Facts:
    """The certificate names a responder."""
    pem = certificate_pem(called="shop", issuer="ca", responder="http://ocsp.example")
    return with_nginx(old, new, inside=altered_inside(nginx_server().inside, certificates={"/tls.pem": Known(pem)}))


CASES = (
    passes("on", answering(*ON)),
    fails("off", answering(), says="ssl_stapling off"),
    fails(
        "off, and the certificate was not read",
        with_nginx(inside=altered_inside(nginx_server().inside, certificates={"/tls.pem": missing()})),
    ),
    unknown("not looked at", with_nginx(inside=missing())),
    unknown(
        "configuration not read",
        with_nginx(config=missing(), inside=altered_inside(nginx_server().inside, certificates={})),
    ),
    inapplicable("no responder", with_nginx(), says="answers no OCSP"),
    inapplicable("no web server", cluster()),
)
