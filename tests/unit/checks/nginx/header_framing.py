from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import missing, with_nginx

CASES = (
    passes("by policy", with_nginx()),
    passes(
        "by the older header",
        with_nginx("; frame-ancestors 'none'\" always;", '" always; add_header X-Frame-Options DENY;'),
    ),
    fails("neither", with_nginx("; frame-ancestors 'none'", "")),
    fails("anybody, by policy", with_nginx("frame-ancestors 'none'", "frame-ancestors *"), says="frame-ancestors *"),
    passes("some, by policy", with_nginx("frame-ancestors 'none'", "frame-ancestors https://a.example")),
    unknown("not read", with_nginx(config=missing())),
)
