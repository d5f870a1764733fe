"""Did the running engine read the settings that are on disk?"""

from hardening.checks.daemon import settings_file
from hardening.checks.files import inode
from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Severity,
    Unavailable,
    Verdict,
    failed,
    given,
    passed,
    per_node,
    unknown,
)
from hardening.model.facts import NodeFacts


def judge(machine: NodeFacts) -> Answer:
    """A file newer than the process was not read by it (a reload by SIGHUP takes only some settings)."""
    return given(settings_file(machine), lambda path: _judge(machine, path))


def _judge(machine: NodeFacts, path: str) -> Verdict:
    file, started = inode(machine, path), machine.daemon_started
    if isinstance(file, Unavailable):
        return unknown(file.reason)
    if isinstance(started, Unavailable):
        return unknown(started.reason)
    if file.value is None:
        return passed(f"there is no {path}", "no change since the engine started")
    late = file.value.mtime - started.value
    if late > 1:
        return failed(f"{path} was changed {late:.0f} s after the engine started", "a restart after the last change")
    return passed(f"{path} is older than the running engine", "no change since the engine started")


CHECK = Check(
    id="engine-settings-in-force",
    title="The running engine has read the settings that are on disk",
    area=Area.ENGINE,
    severity=Severity.MEDIUM,
    level=1,
    refs=(),
    rationale="A hardened daemon.json protects nothing until the engine restarts; an altered one strikes at the next "
    "restart.",
    remediation="Drain the node, `systemctl restart docker`, set it active again.",
    evaluate=per_node(judge),
)
