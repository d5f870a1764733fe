from tests.unit.checks.cases import manual, passes, unknown
from tests.unit.facts_factory import missing, with_nginx

CASES = (
    passes("none", with_nginx()),
    manual("one", with_nginx("#main", "load_module modules/ngx_http_image_filter_module.so;"), says="image_filter"),
    unknown("not read", with_nginx(config=missing())),
)
