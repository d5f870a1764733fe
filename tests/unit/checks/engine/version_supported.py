from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import on_engine

CASES = (
    passes("a current one", on_engine()),
    passes("a distribution's", on_engine(server_version="26.1.5+dfsg1")),
    fails("out of support", on_engine(server_version="20.10.24+dfsg1"), says="20.10.24"),
    unknown("no version", on_engine(server_version="dev")),
)
