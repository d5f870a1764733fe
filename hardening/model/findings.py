"""Questions about a cluster, their answers, and the report they make."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from .answer import Status
from .bench import BenchComparison
from .facts import Facts
from .moment import Moment
from .picture import ClusterPicture
from .role import RoleSummary
from .waiver import Waiver

__all__ = [
    "REPORT_VERSION",
    "Area",
    "Changes",
    "Check",
    "CheckSummary",
    "Finding",
    "Outcome",
    "Ref",
    "Report",
    "Severity",
    "Status",
    "Summary",
    "without_code",
]

REPORT_VERSION = 1
"""Raised when a field of the JSON report changes its meaning."""


CHECK_ID = r"^[A-Za-z][A-Za-z0-9._-]*$"
"""One word, which every form of the report takes for a name."""


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
    """Which kind of fact a check reads.

    CONTAINER is the kernel's word on each container beside the engine's; AUDIT is what the audit itself was given.
    """

    NODE = "node"
    ENGINE = "engine"
    CONTAINER = "container"
    SWARM = "swarm"
    MONGO = "mongo"
    NGINX = "nginx"
    AUDIT = "audit"


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

    id: Annotated[str, Meta(pattern=CHECK_ID)]
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


class Finding(Struct, frozen=True, omit_defaults=True):
    """One outcome of one check; `waiver` is there when the project accepts it."""

    check: str
    outcome: Outcome
    waiver: Waiver | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same finding in another audit: check, node, subject."""
        return self.check, self.outcome.node, self.outcome.subject

    @property
    def is_open(self) -> bool:
        """Whether it counts against the cluster: it failed or could not be seen, and nobody accepted that."""
        return self.waiver is None and self.outcome.status in {Status.FAIL, Status.UNKNOWN}


class Summary(Struct, frozen=True):
    """Outcomes counted: by status, and the failed ones by the severity of their check. Waived ones count apart."""

    by_status: dict[Status, int]
    failed_by_severity: dict[Severity, int]
    waived: int = 0


class Changes(Struct, frozen=True):
    """What became of findings since an earlier audit. Open ones failed or could not be seen, and are not waived.

    Attributes:
        since: when the earlier audit's facts were read, seconds since the epoch.
        project: what the earlier report is called.
        tool_version: what made it.
        new: open now; it was not open then, or a gap then that is a failure now.
        fixed: open then, and seen to be right now, or seen to be there no more.
        unchanged: open then and now.
        waived: open then, accepted since.
        unseen: open then; now it cannot be told, as its node was not read, or its check not asked.
    """

    since: Moment
    project: str
    tool_version: str
    new: tuple[Finding, ...]
    fixed: tuple[Finding, ...]
    unchanged: tuple[Finding, ...]
    waived: tuple[Finding, ...]
    unseen: tuple[Finding, ...]


class Report(Struct, frozen=True):
    """An audit: every check that ran, every outcome, and which nodes could not be read.

    Attributes:
        unread_nodes: node -> why it could not be read.
        nodes: every node of the inventory, the unread ones included.
        gathered_at: when the facts were read, seconds since the epoch by the operator's clock.
        left_out: ids of the checks that were not asked, by the user's choice.
        changes: since the report that was given as baseline; None without one.
        docker_bench: what docker-bench-security says of the same nodes; None where it was not asked.
        cluster: what reports draw: nodes, services and what holds them; None in a report that an older program made.
        roles: the project's roles and what their profiles stand on; empty without a project, or by an older program.
    """

    checks: tuple[CheckSummary, ...]
    findings: tuple[Finding, ...]
    summary: Summary
    unread_nodes: dict[str, str]
    nodes: tuple[str, ...]
    gathered_at: Moment
    tool_version: str
    project: str
    version: int = REPORT_VERSION
    left_out: tuple[str, ...] = ()
    changes: Changes | None = None
    docker_bench: BenchComparison | None = None
    cluster: ClusterPicture | None = None
    roles: tuple[RoleSummary, ...] = ()
