"""Questions about a cluster, their answers, and the report they make."""

from collections.abc import Callable, Iterable
from enum import IntEnum, StrEnum

from msgspec import Struct

from .facts import Facts

REPORT_VERSION = 1
"""Raised when a field of the JSON report changes its meaning."""


class Status(StrEnum):
    """The answer to a check, for one subject. UNKNOWN is never a pass."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"
    UNKNOWN = "unknown"
    MANUAL = "manual"


class Severity(IntEnum):
    """What a failure would cost: from tidiness to the loss of the host."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4


class Area(StrEnum):
    """Which kind of fact a check reads."""

    NODE = "node"
    ENGINE = "engine"
    SWARM = "swarm"
    MONGO = "mongo"
    NGINX = "nginx"


class Ref(Struct, frozen=True):
    """Where a check comes from, such as CIS Docker Benchmark 1.8.0, 5.13."""

    benchmark: str
    version: str
    section: str


class Outcome(Struct, frozen=True):
    """What a check saw on one subject (a node, a service, a container, a database member).

    `observed` and `expected` are short phrases for a person; for UNKNOWN and NOT_APPLICABLE `observed` is the reason.
    """

    subject: str
    status: Status
    observed: str
    expected: str = ""
    node: str = ""


class Check(Struct, frozen=True):
    """A question over facts. `evaluate` is pure; what it raises becomes UNKNOWN.

    Attributes:
        id: short and permanent, such as `container-seccomp`.
        title: the rule in one sentence, as it should be.
        level: 1 for what every cluster should do, 2 for defence in depth at some cost.
        rationale: why it matters, in one or two sentences.
        remediation: the exact command or setting.
    """

    id: str
    title: str
    area: Area
    severity: Severity
    level: int
    refs: tuple[Ref, ...]
    rationale: str
    remediation: str
    evaluate: Callable[[Facts], Iterable[Outcome]]


class CheckSummary(Struct, frozen=True):
    """A check as a report carries it: everything but the code."""

    id: str
    title: str
    area: Area
    severity: Severity
    level: int
    refs: tuple[Ref, ...]
    rationale: str
    remediation: str


class Finding(Struct, frozen=True):
    """One outcome of one check."""

    check: str
    outcome: Outcome


class Report(Struct, frozen=True):
    """An audit: every check that ran, every outcome, and which nodes could not be read."""

    checks: tuple[CheckSummary, ...]
    findings: tuple[Finding, ...]
    unread_nodes: dict[str, str]
    """node -> reason"""
    nodes: tuple[str, ...]
    gathered_at: float
    tool_version: str
    project: str
    version: int = REPORT_VERSION
