from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import cluster, container, inspect, missing, node, process, with_container

CASES = (
    passes("its own profile", with_container(), says="harden-web (enforce) (1 process)"),
    passes("the engine's", with_container(None, process(apparmor=Known("docker-default (enforce)")))),
    fails("complain mode", with_container(None, process(apparmor=Known("harden-web (complain)"))), says="complain"),
    fails("unconfined", with_container(None, process(apparmor=Known("unconfined"))), says="unconfined"),
    fails("one process escaped", with_container(None, process(), process(command="sh", apparmor=Known("unconfined")))),
    fails("no AppArmor on the node", cluster(node(container(), lsm=Known(("yama",)))), says="not active"),
    unknown("a label could not be read", with_container(None, process(apparmor=missing()))),
    unknown("processes could not be read", with_container(processes=missing())),
    unknown("no process was seen", with_container(processes=Known(()))),
    unknown("the kernel's modules could not be read", cluster(node(container(), lsm=missing()))),
    inapplicable("no container", cluster(node())),
    passes("what the engine claims is not asked", with_container(inspect(app_armor_profile="unconfined"))),
)
