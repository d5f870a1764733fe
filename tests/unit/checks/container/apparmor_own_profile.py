from hardening.model.known import Known
from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import cluster, container, missing, node, process, with_container

CASES = (
    passes("its own", with_container()),
    fails("the engine's", with_container(None, process(apparmor=Known("docker-default (enforce)"))), "docker-default"),
    fails("none", with_container(None, process(apparmor=Known("unconfined")))),
    fails("no AppArmor on the node", cluster(node(container(), lsm=Known(())))),
    unknown("a label could not be read", with_container(None, process(apparmor=missing()))),
)
