"""Are the profiles' files, and the programs that apply them, the same on every node?"""

import hashlib

from hardening.checks.files import inode
from hardening.checks.policy import NodePolicy, read_policy
from hardening.checks.vocabulary import Area, Check, Known, Severity, Unavailable, equal_on_nodes
from hardening.model.facts import NodeFacts

PROGRAMS = frozenset(
    {"/usr/local/lib/harden/fence.py", "/usr/local/lib/harden/harden-runtime", "/usr/local/lib/harden/runtime.py"}
)


def digest(machine: NodeFacts) -> Known[str] | Unavailable:
    """One hash over the names and contents of every profile file that the policy names, and of the runtime."""
    match read_policy(machine):
        case Known(value=None):
            return Known("no policy")
        case Known(value=NodePolicy() as policy):
            return _digest_of(machine, policy)
        case Unavailable() as gap:
            return gap
    raise AssertionError  # the cases above are all there are


def _digest_of(machine: NodeFacts, policy: NodePolicy) -> Known[str] | Unavailable:
    paths = sorted(PROGRAMS.union(*(profile.files for profile in policy.profiles.values())))
    parts = []
    for path in paths:
        match inode(machine, path):
            case Unavailable() as gap:
                return gap
            case Known(value=None):
                parts.append(f"{path} missing")
            case Known(value=file) if file is not None and not file.sha256:
                return Unavailable(f"the content of {path} was not read")
            case Known(value=file) if file is not None:
                parts.append(f"{path} {file.sha256}")
    return Known(f"{len(paths)} files, sha256 {hashlib.sha256(chr(10).join(parts).encode()).hexdigest()[:12]}")


CHECK = Check(
    id="node-profiles-equal",
    title="AppArmor and seccomp profiles, and the runtime that applies them, are the same on every node",
    area=Area.NODE,
    severity=Severity.HIGH,
    level=1,
    refs=(),
    rationale="What is changed on one node loosens or breaks a service only when it lands there, which is hard to "
    "see later.",
    remediation="Run `harden deploy`; find out who changed the file on the node that differs.",
    evaluate=equal_on_nodes(digest, "profiles"),
)
