from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import inspect, missing, process, with_container

CASES = (
    passes("another user", with_container(), says="user 10001"),
    fails("root inside, somebody outside", with_container(None, process(uid=100000)), says="runs as root inside"),
    fails("root on the node", with_container(None, process(uid=0, uid_map=((0, 0, 4294967295),)))),
    fails("one process as root", with_container(inspect(), process(), process(command="sh", uid=100000)), says="sh:"),
    unknown("a user the map does not know", with_container(None, process(uid=5)), says="not in its user map"),
    unknown("processes could not be read", with_container(processes=missing())),
)
