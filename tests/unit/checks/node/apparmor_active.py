from hardening.model.known import Known
from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import missing, on_node

CASES = (
    passes("listed by the kernel", on_node(), says="apparmor"),
    fails("not listed", on_node(lsm=Known(("lockdown", "yama"))), says="lockdown, yama"),
    fails("no module at all", on_node(lsm=Known(())), says="none"),
    unknown("the list could not be read", on_node(lsm=missing("securityfs is not mounted")), says="securityfs"),
)
