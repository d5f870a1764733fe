from hardening.model.known import Known
from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import inspect, missing, with_container

CASES = (
    passes("mounted ro", with_container()),
    fails("mounted rw, whatever the engine says", with_container(inspect(), root_read_only=Known(value=False))),
    unknown("not read", with_container(root_read_only=missing())),
)
