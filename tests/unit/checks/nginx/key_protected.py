from hardening.model.facts import Facts
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import altered_inside, cluster, file, missing, nginx_server, with_nginx

KEY = "/run/secrets/tls.key"


def key(found: object) -> Facts:
    return with_nginx(inside=altered_inside(nginx_server().inside, files={KEY: found}))


CASES = (
    passes("private", with_nginx()),
    fails("open to others", key(file(0o444, "nginx", uid=101)), says="/run/secrets/tls.key is nginx:root 0444"),
    fails("somebody else's", key(file(0o400, "backup", uid=34))),
    unknown("not to be read", key(missing())),
    unknown("not looked at", with_nginx(inside=missing())),
    unknown("configuration not read", with_nginx(config=missing())),
    inapplicable("no TLS", cluster(nginx=(nginx_server("http { server { listen 80; } }"),))),
)
