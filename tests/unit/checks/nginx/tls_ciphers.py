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
    passes("by keywords", offering("EECDH+AESGCM:ECDHE+CHACHA20:!aNULL")),
    passes("with Diffie and Hellman's first", offering("DHE-RSA-AES256-GCM-SHA384")),
    passes("those of TLS 1.3 by name", offering("TLS_AES_128_GCM_SHA256:ECDHE-ECDSA-AES128-CCM")),
    fails("no authenticated encryption", offering("ECDHE-RSA-AES128-SHA256"), says="ECDHE-RSA-AES128-SHA256"),
    fails("from another country", offering("CAMELLIA128-SHA")),
    fails("nobody's key", offering("ADH-AES128-GCM-SHA256")),
    fails("every authenticated encryption", offering("AESGCM"), says="AESGCM"),
    fails("keys of any strength", offering("ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0"), says="@SECLEVEL=0"),
    fails(
        "another list for the library",
        with_nginx("ssl_session_tickets off;", "ssl_session_tickets off; ssl_conf_command CipherString ALL;"),
        says="offers ALL",
    ),
    fails("RC4", offering("ECDHE-RSA-RC4-SHA")),
    fails("everything that is called high", offering("HIGH:!aNULL"), says="HIGH"),
    fails("the default", with_nginx("ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256;", ""), says="HIGH"),
    inapplicable("no TLS", cluster(nginx=(nginx_server("http { server { listen 80; } }"),))),
    unknown("not read", with_nginx(config=missing())),
)
