from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import missing, on_engine, on_node

CASES = (
    passes("on", on_engine()),
    fails("off", on_engine(security_options=("name=seccomp,profile=builtin",)), says="name=seccomp"),
    unknown("the engine is silent", on_node(engine=missing("dial unix: connection refused"))),
)
