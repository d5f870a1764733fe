from hardening.model.facts import Facts
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import cluster, missing, with_nginx


def upstream(more: str = "", target: str = "set $api https://api:3000;") -> Facts:
    return with_nginx("set $api http://api:3000;", f"{target} {more}")


CASES = (
    passes("shown", upstream("proxy_ssl_certificate /c.pem;")),
    fails("not shown", upstream(), says="no proxy_ssl_certificate"),
    fails("a literal target", upstream(target="set $api x; proxy_pass https://api;")),
    unknown("not read", with_nginx(config=missing())),
    inapplicable("without TLS", with_nginx(), says="swarm-overlay-encrypted"),
    inapplicable("no web server", cluster()),
)
