"""What an intruder inside a container tried, and what stopped it."""

from enum import StrEnum

from msgspec import Struct

DRILL_VERSION = 1
"""Raised when a field of the JSON form changes its meaning."""


class Layer(StrEnum):
    """What refused a try, the first that did. OPEN: nothing."""

    SECCOMP = "seccomp"
    APPARMOR = "AppArmor"
    CAPABILITY = "capabilities"
    PERMISSIONS = "file permissions"
    READ_ONLY = "read-only root"
    NOEXEC = "noexec mount"
    ABSENT = "not there"
    KERNEL = "kernel lacks it"
    NETWORK = "network"
    DATABASE = "database"
    OPEN = "OPEN"
    UNTRIED = "untried"


class Probe(Struct, frozen=True):
    """One thing an intruder with native code would try.

    Attributes:
        id: short and permanent, the name that the program prints.
        group: what kind of power it is after.
        goal: what would be won, in words.
        call: the system call that decides.
        arguments: argument index -> value, of those that a filter may compare.
        before: calls with their arguments that have to come first.
        names: patterns of the paths that it touches, by which AppArmor's log tells it from others; empty for none.
    """

    id: str
    group: str
    goal: str
    call: str
    arguments: dict[int, int] = {}
    before: tuple[tuple[str, dict[int, int]], ...] = ()
    names: tuple[str, ...] = ()


class Answer(Struct, frozen=True):
    """One line of the probe program: `outcome` is open, refused, killed, absent, `no answer` or untried.

    `number` is the errno, or the signal.
    """

    probe: str
    call: str
    outcome: str
    number: int


class Verdict(Struct, frozen=True):
    """A try and what came of it; `detail` is the kernel's word, such as `EPERM`."""

    probe: str
    group: str
    goal: str
    layer: Layer
    detail: str

    @property
    def is_blocked(self) -> bool:
        """Whether something refused it. What could not be tried was not blocked."""
        return self.layer not in {Layer.OPEN, Layer.UNTRIED}


class Drill(Struct, frozen=True):
    """Every try in a copy of one service.

    Attributes:
        confinement: `as deployed`, or `docker-default` for the same image under the engine's defaults.
    """

    service: str
    role: str
    node: str
    image: str
    confinement: str
    verdicts: tuple[Verdict, ...]
    version: int = DRILL_VERSION

    @property
    def blocked(self) -> int:
        """How many tries were refused."""
        return sum(verdict.is_blocked for verdict in self.verdicts)
