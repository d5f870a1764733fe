from hardening.model.facts import Facts
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import cluster, missing, nginx_server, with_nginx


def offering(text: str) -> Facts:
    return with_nginx("ssl_session_tickets off;", f"ssl_session_tickets off; {text}")


CASES = (
    passes("OpenSSL's own", with_nginx()),
    passes("by name", offering("ssl_ecdh_curve X25519MLKEM768:X25519:prime256v1;")),
    passes("parameters that no cipher uses", offering("ssl_dhparam /etc/dh.pem;")),
    fails("a weak curve", offering("ssl_ecdh_curve X25519:secp224r1;"), says="secp224r1"),
    unknown(
        "parameters of unknown strength",
        with_nginx("ECDHE-RSA-AES128-GCM-SHA256;", "DHE-RSA-AES128-GCM-SHA256; ssl_dhparam /etc/dh.pem;"),
        says="/etc/dh.pem",
    ),
    unknown("not read", with_nginx(config=missing())),
    inapplicable("no TLS", cluster(nginx=(nginx_server("http { server { listen 80; } }"),))),
)
