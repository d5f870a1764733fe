from tests.unit.checks.cases import fails, manual, passes, unknown
from tests.unit.facts_factory import GONE, on_engine

CASES = (
    passes("built in", on_engine(), says="builtin"),
    passes("as older engines call it", on_engine(security_options=("name=seccomp,profile=default",))),
    manual("one's own", on_engine(security_options=("name=seccomp,profile=/etc/docker/s.json",)), says="s.json"),
    fails("unconfined", on_engine(security_options=("name=seccomp,profile=unconfined",))),
    fails("no support", on_engine(security_options=())),
    unknown("the node is gone", GONE),
)
