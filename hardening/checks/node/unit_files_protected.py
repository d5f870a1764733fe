"""Can anybody but root change how the engine is started?"""

import posixpath

from hardening.checks.files import PROGRAMS, observations
from hardening.checks.vocabulary import Area, Check, Severity, Verdict, all_of, cis_docker, per_node
from hardening.model.facts import NodeFacts

UNITS = ("containerd.service", "docker.service", "docker.socket")
PATHS = tuple(f"{folder}/{unit}" for folder in ("/lib/systemd/system", "/etc/systemd/system") for unit in UNITS)
"""The package's units and an administrator's own that take their place."""
DROP_INS = tuple(f"/etc/systemd/system/{unit}.d" for unit in UNITS)
"""Folders of files that are put in beside a unit."""


def judge(machine: NodeFacts) -> Verdict:
    """Owner and mode of systemd's units, of what is put in beside them, and of the programs that they start."""
    folders = [path for path in machine.files if path in DROP_INS]
    parts = sorted(path for path in machine.files if posixpath.dirname(path) in DROP_INS)
    return all_of(
        [
            *observations(machine, (*PATHS, *parts), 0o644, ("root",)),
            *observations(machine, (*folders, *PROGRAMS), 0o755, ("root",)),
        ],
        fine="those that exist belong to root and nobody else may change them",
        expected="root:root; units 0644, folders and programs 0755 or tighter",
        nothing="neither units nor programs are where they usually are",
    )


CHECK = Check(
    id="node-unit-files-protected",
    title="The engine's systemd units and programs can be changed by root only",
    area=Area.NODE,
    severity=Severity.HIGH,
    level=1,
    refs=cis_docker("3.1", "3.2", "3.3", "3.4"),
    rationale="Who can write a unit, or a program that it starts, decides what runs as root next.",
    remediation="`chown root:root` the paths named; `chmod 0644` units and files, `chmod 0755` folders and programs.",
    evaluate=per_node(judge),
)
