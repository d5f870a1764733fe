from hardening.model.known import Known
from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import SYSCTLS, missing, on_node

WITHOUT_BPF = {key: value for key, value in SYSCTLS.items() if "bpf" not in key}
WITHOUT_YAMA = {key: value for key, value in SYSCTLS.items() if "yama" not in key}

CASES = (
    passes("as strict or stricter", on_node()),
    passes("a kernel without BPF", on_node(sysctls=Known(WITHOUT_BPF))),
    fails("addresses shown", on_node(sysctls=Known(SYSCTLS | {"kernel.kptr_restrict": "0"})), "kptr_restrict=0"),
    fails("programs at known addresses", on_node(sysctls=Known(SYSCTLS | {"kernel.randomize_va_space": "1"})), "=1"),
    fails("a kernel without yama", on_node(sysctls=Known(WITHOUT_YAMA)), says="this kernel has no"),
    unknown("not a number", on_node(sysctls=Known(SYSCTLS | {"kernel.kptr_restrict": "?"}))),
    unknown("not read", on_node(sysctls=missing())),
)
