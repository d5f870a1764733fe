from hardening.model.facts import Facts
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import NO_FILE, altered_inside, file, missing, nginx_server, with_nginx

DEFAULTS = ("/run/nginx.pid", "/var/run/nginx.pid")


def pid(**found: object) -> Facts:
    told = {path: found.get("file", NO_FILE) for path in DEFAULTS}
    return with_nginx(inside=altered_inside(nginx_server().inside, files=told))


CASES = (
    passes("where it usually is", pid(file=file(0o644, "nginx", uid=101))),
    passes(
        "root's, where the configuration says",
        with_nginx(
            "error_log stderr info;",
            "error_log stderr; pid /tmp/n.pid;",
            inside=altered_inside(nginx_server().inside, files={"/tmp/n.pid": file()}),
        ),
    ),
    fails("writable for others", pid(file=file(0o666)), says="0666"),
    unknown("not to be read", pid(file=missing())),
    unknown("not looked at", with_nginx(inside=missing())),
    unknown("configuration not read", with_nginx(config=missing())),
    inapplicable("none", pid()),
)
