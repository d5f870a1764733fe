from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import missing, process, with_container

CASES = (
    passes("set", with_container()),
    fails("not set", with_container(None, process(no_new_privileges=False)), says="NoNewPrivs 0"),
    unknown("processes could not be read", with_container(processes=missing())),
)
