"""Can anybody but root change what confines the containers?"""

import posixpath

from hardening.checks.files import protected
from hardening.checks.policy import NO_POLICY, PATH, NodePolicy, read_policy
from hardening.checks.vocabulary import Answer, Area, Check, Severity, given, not_applicable, per_node
from hardening.model.facts import NodeFacts
from hardening.model.policy import Egress

RUNTIME = "/usr/local/lib/harden/harden-runtime"
RUNTIME_MODULE = "/usr/local/lib/harden/runtime.py"
FENCE = "/usr/local/lib/harden/fence.py"
COMPILED = "/usr/local/lib/harden/__pycache__"
"""What Python runs instead of the modules, as long as it fits their time and size."""

OWN = (
    "/etc/audit/rules.d/60-harden",
    "/etc/harden/",
    "/etc/sysctl.d/60-harden",
    "/etc/systemd/system/harden-",
    "/etc/tmpfiles.d/60-harden",
    "/usr/local/lib/harden/",
)
"""How all begins that a deploy puts onto a node for root to run or to read."""


def judge(machine: NodeFacts) -> Answer:
    """The runtime runs as root at every container's start: it and what it reads decide over the node.

    Whoever may write a folder may put another file in the place of one that they may not write.
    """

    def files(policy: NodePolicy | None) -> Answer:
        if policy is None:
            return not_applicable(NO_POLICY)
        profiles = policy.profiles.values()
        paths = {PATH, RUNTIME, RUNTIME_MODULE, COMPILED}
        paths |= {FENCE for profile in profiles if profile.egress is Egress.NONE}
        paths = paths.union(*(profile.files for profile in profiles))
        paths |= {posixpath.dirname(path) for path in paths}
        paths |= {path for path in machine.files if path.startswith(OWN)}
        return protected(machine, sorted(paths), mode=0o755)

    return given(read_policy(machine), files)


CHECK = Check(
    id="node-policy-files-protected",
    title="Policy, profiles and the confining runtime can be changed or replaced by root only",
    area=Area.NODE,
    severity=Severity.CRITICAL,
    level=1,
    refs=(),
    rationale="The runtime runs as root whenever a container starts; who can write it or what it reads owns the node.",
    remediation="`chown root:root` and `chmod go-w` the files named, then run `harden deploy`.",
    evaluate=per_node(judge),
)
