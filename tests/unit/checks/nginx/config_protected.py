from hardening.model.facts import Facts
from hardening.model.known import Unavailable
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import NO_FILE, altered_inside, cluster, file, missing, nginx_server, with_nginx


def config(found: object) -> Facts:
    return with_nginx(inside=altered_inside(nginx_server().inside, files={"/etc/nginx/nginx.conf": found}))


CASES = (
    passes("root's", with_nginx()),
    passes("from outside", config(file(0o444, uid=-1))),
    fails("the service's own", config(file(0o644, "nginx", uid=101)), says="/etc/nginx/nginx.conf is nginx:root 0644"),
    fails("writable for its group", config(file(0o664))),
    unknown("gone since", config(NO_FILE)),
    unknown("not to be read", config(missing())),
    unknown("not looked at", with_nginx(inside=Unavailable("was not asked"))),
    unknown("configuration not read", with_nginx(config=missing())),
    inapplicable("no web server", cluster()),
)
