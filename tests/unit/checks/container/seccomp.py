from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import missing, process, with_container

CASES = (
    passes("a filter on each", with_container(None, process(), process()), says="2 processes"),
    fails("none", with_container(None, process(seccomp=0)), says="seccomp mode 0"),
    fails("one without", with_container(None, process(), process(command="sh", seccomp=0)), says="sh: seccomp mode 0"),
    unknown("processes could not be read", with_container(processes=missing())),
)
