"""What docker-bench-security says of the same nodes, beside this program's own findings."""

from enum import StrEnum

from msgspec import Struct

from .answer import Status


class Agreement(StrEnum):
    """How the two verdicts on one item compare. DISAGREE takes a clear word from both."""

    AGREE = "agree"
    DISAGREE = "disagree"
    UNDECIDED = "undecided"
    THEIRS_ONLY = "theirs_only"
    OURS_ONLY = "ours_only"


class BenchVerdict(Struct, frozen=True):
    """One item as docker-bench-security answers it on a node.

    Attributes:
        item: number in the benchmark version it follows, such as `5.13`.
        title: its own words for the item.
        result: `PASS`, `WARN`, `INFO` or `NOTE`; empty where it began the item and gave no answer.
        details: what it says beside the result.
        items: names it lists, such as containers.
    """

    item: str
    title: str
    result: str
    details: str = ""
    items: tuple[str, ...] = ()


class ComparedItem(Struct, frozen=True):
    """One item on one node, judged twice.

    Attributes:
        theirs: the other tool's answer; None where it has none.
        ours: the worst answer of our checks that refer to the item; None where no check does.
        checks: ids of those checks.
        fact: what was read that decides; for a gap, why it is one.
    """

    node: str
    item: str
    agreement: Agreement
    theirs: BenchVerdict | None
    ours: Status | None
    checks: tuple[str, ...]
    fact: str


class BenchComparison(Struct, frozen=True):
    """docker-bench-security beside this audit.

    Attributes:
        script: where the script came from, as the user named it.
        benchmark: the version of the CIS Docker Benchmark whose numbers it uses.
        unread: node -> why there is no verdict from it. Such a node is open, never fine.
        items: every item of every node that answered.
    """

    script: str
    benchmark: str
    unread: dict[str, str]
    items: tuple[ComparedItem, ...]
