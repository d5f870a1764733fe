"""Does the kernel keep its addresses, messages and tracing to itself?"""

from hardening.checks.sysctls import floors
from hardening.checks.vocabulary import Area, Check, Severity, cis_docker, per_node

WANTED = {
    "kernel.dmesg_restrict": 1,
    "kernel.kptr_restrict": 1,
    "kernel.randomize_va_space": 2,
    "kernel.unprivileged_bpf_disabled": 1,
    "kernel.yama.ptrace_scope": 1,
    "net.core.bpf_jit_harden": 1,
}
"""As the Kernel Self Protection Project recommends, at their least strict; addresses of programs are random, too."""
OPTIONAL = frozenset({"kernel.unprivileged_bpf_disabled", "net.core.bpf_jit_harden"})

CHECK = Check(
    id="node-sysctl-kernel",
    title="The kernel hides addresses and messages, and lets only root use BPF and trace strangers",
    area=Area.NODE,
    severity=Severity.MEDIUM,
    level=1,
    refs=cis_docker("1.2.1"),
    rationale="Escapes from containers start by learning kernel addresses or by feeding BPF programs to it.",
    remediation="Put the values into /etc/sysctl.d/60-harden.conf and run `sysctl --system`, or run `harden deploy`.",
    evaluate=per_node(floors(WANTED, OPTIONAL)),
)
