from hardening.model.facts import Facts
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import cluster, missing, with_nginx


def upstream(more: str = "", target: str = "set $api https://api:3000;") -> Facts:
    return with_nginx("set $api http://api:3000;", f"{target} {more}")


CASES = (
    passes("verified", upstream("proxy_ssl_verify on; proxy_ssl_trusted_certificate /ca.pem;")),
    fails("not verified", upstream(), says="proxy_ssl_verify off"),
    fails("without an authority", upstream("proxy_ssl_verify on;"), says="trusted"),
    unknown("not read", with_nginx(config=missing())),
    inapplicable("without TLS", with_nginx(), says="swarm-overlay-encrypted"),
    inapplicable("no web server", cluster()),
)
