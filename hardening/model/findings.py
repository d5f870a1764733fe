"""Questions about a cluster, their answers, and the report they make."""

from collections.abc import Callable, Iterable
from enum import StrEnum

from msgspec import Struct

from .facts import Facts
from .picture import ClusterPicture

REPORT_VERSION = 1
"""Raised when a field of the JSON report changes its meaning."""


class Status(StrEnum):
    """The answer to a check, for one subject. UNKNOWN is never a pass."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"
    UNKNOWN = "unknown"
    MANUAL = "manual"


class Severity(StrEnum):
    """What a failure would cost: from tidiness to the loss of the host. Compare by `weight`."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def weight(self) -> int:
        """1 for low to 4 for critical."""
        return list(Severity).index(self) + 1


class Area(StrEnum):
    """Which kind of fact a check reads. CONTAINER is the kernel's word on each container beside the engine's."""

    NODE = "node"
    ENGINE = "engine"
    CONTAINER = "container"
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


def without_code(check: Check) -> CheckSummary:
    """A check as reports and catalogues carry it."""
    return CheckSummary(
        check.id,
        check.title,
        check.area,
        check.severity,
        check.level,
        check.refs,
        check.rationale,
        check.remediation,
    )


class Waiver(Struct, frozen=True):
    """An accepted risk: someone's word, with a reason and an end (`expires`, an ISO date)."""

    check: str
    subject: str
    reason: str
    owner: str
    expires: str
    node: str = ""


class Finding(Struct, frozen=True):
    """One outcome of one check, and the waiver that accepts it."""

    check: str
    outcome: Outcome
    waiver: Waiver | None = None


class Summary(Struct, frozen=True):
    """Outcomes counted: by status, and the failed ones by the severity of their check."""

    by_status: dict[Status, int]
    failed_by_severity: dict[Severity, int]


class Report(Struct, frozen=True):
    """An audit: every check that ran, every outcome, and which nodes could not be read.

    Attributes:
        unread_nodes: node -> why it could not be read.
        nodes: every node of the inventory, the unread ones included.
        gathered_at: when the facts were read, seconds since the epoch by the operator's clock.
        cluster: what reports draw: nodes, services and what holds them; None in a report of facts that are gone.
    """

    checks: tuple[CheckSummary, ...]
    findings: tuple[Finding, ...]
    summary: Summary
    unread_nodes: dict[str, str]
    nodes: tuple[str, ...]
    gathered_at: float
    tool_version: str
    project: str
    version: int = REPORT_VERSION
    cluster: ClusterPicture | None = None
