from hardening.model.facts import Facts
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import cluster, missing, nginx_server, with_nginx


def offering(text: str) -> Facts:
    return with_nginx("ECDHE-RSA-AES128-GCM-SHA256", text)


CASES = (
    passes("forward secrecy and AEAD", with_nginx()),
    passes("weak ones excluded", offering("ECDHE-RSA-AES128-GCM-SHA256:!aNULL:!MD5")),
    passes(
        "TLS 1.3 only",
        with_nginx("ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256;", "ssl_protocols TLSv1.3;"),
    ),
    fails("no forward secrecy", offering("AES128-GCM-SHA256"), says="AES128-GCM-SHA256"),
    fails("RC4", offering("ECDHE-RSA-RC4-SHA")),
    fails("everything that is called high", offering("HIGH:!aNULL"), says="HIGH"),
    fails("the default", with_nginx("ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256;", ""), says="HIGH"),
    inapplicable("no TLS", cluster(nginx=(nginx_server("http { server { listen 80; } }"),))),
    unknown("not read", with_nginx(config=missing())),
)
