from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import missing, process, with_container

CASES = (
    passes("none", with_container()),
    fails("sshd", with_container(None, process(), process(command="sshd")), says="sshd"),
    unknown("processes could not be read", with_container(processes=missing())),
)
