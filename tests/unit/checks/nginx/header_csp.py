from hardening.model.facts import Facts
from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import missing, with_nginx


def policy(text: str) -> Facts:
    return with_nginx("default-src 'self'; frame-ancestors 'none'", text)


CASES = (
    passes("scripts of its own", with_nginx()),
    passes("inline styles only", policy("default-src 'self'; style-src 'unsafe-inline'")),
    fails(
        "not sent",
        with_nginx("add_header Content-Security-Policy \"default-src 'self'; frame-ancestors 'none'\" always;", ""),
    ),
    fails("inline scripts", policy("default-src 'self'; script-src 'self' 'unsafe-inline'"), says="'unsafe-inline'"),
    fails("scripts from anywhere", policy("default-src *")),
    fails("scripts from any site by TLS", policy("default-src https:"), says="https:"),
    fails("scripts that a page brings itself", policy("default-src 'self' data:"), says="data:"),
    passes("pictures that a page brings itself", policy("default-src 'self'; img-src 'self' data:")),
    fails("scripts not named", policy("img-src 'self'"), says="not restricted"),
    unknown("not read", with_nginx(config=missing())),
)
