from hardening.model.known import Known
from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import SYSCTLS, missing, on_node

CASES = (
    passes("guarded", on_node()),
    fails("setuid programs dump core", on_node(sysctls=Known(SYSCTLS | {"fs.suid_dumpable": "2"})), "suid_dumpable=2"),
    fails("missing in the kernel", on_node(sysctls=Known({})), says="no fs.protected_hardlinks"),
    unknown("not read", on_node(sysctls=missing())),
)
