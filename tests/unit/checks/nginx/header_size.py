from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import missing, with_nginx

CASES = (
    passes("the default", with_nginx()),
    passes("smaller", with_nginx("#more", "large_client_header_buffers 4 4k;")),
    fails("larger", with_nginx("#more", "large_client_header_buffers 8 64k;"), says="8 64k"),
    unknown("no size", with_nginx("#more", "large_client_header_buffers few large;")),
    unknown("not read", with_nginx(config=missing())),
)
