from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import missing, process, with_container

CASES = (
    passes("shifted", with_container(), says="user 100000 outside"),
    fails("the node's own", with_container(None, process(uid_map=((0, 0, 4294967295),))), says="root on the node"),
    fails("a part of it the node's own", with_container(None, process(uid_map=((0, 100000, 1000), (1000, 0, 1))))),
    fails("no map", with_container(None, process(uid_map=()))),
    unknown("processes could not be read", with_container(processes=missing())),
)
