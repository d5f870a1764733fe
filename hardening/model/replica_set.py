"""A replica set as its members see it now, and the changes to its configuration that somebody decided on, as data."""

from msgspec import Struct

UP = frozenset({"PRIMARY", "SECONDARY", "ARBITER"})
"""States in which a member does what it is there for."""


class Member(Struct, frozen=True):
    """One entry of the configuration, and what became of it.

    Attributes:
        host: `name:port`, by which the members know each other.
        state: the server's word, such as PRIMARY; `(not reachable/healthy)` for one that does not answer.
        healthy: whether it answers the member whose view this is.
        lag: seconds of its newest write behind the primary's; None where one of the two is not known.
        away: seconds since it was last heard of; None while it answers, or where nobody knows.
        node: the machine its container was found on; empty where it was not found.
    """

    host: str
    arbiter: bool
    votes: int
    priority: float
    state: str
    healthy: bool
    lag: float | None = None
    away: float | None = None
    node: str = ""

    @property
    def is_up(self) -> bool:
        """Whether it answers and does its part."""
        return self.healthy and self.state in UP

    @property
    def confirms(self) -> bool:
        """Whether its confirmation counts for a majority write: a vote, and data."""
        return self.votes > 0 and not self.arbiter


class SetView(Struct, frozen=True):
    """A whole set, as its primary sees it, or the member that was asked in its place.

    Attributes:
        name: of the set.
        version: of the configuration.
        settings: of the configuration, those that harden sets, such as `electionTimeoutMillis`.
        write_concern: `w` of the set's own default; empty where it was never set.
    """

    name: str
    version: int
    members: tuple[Member, ...]
    settings: dict[str, int] = {}
    write_concern: str = ""

    @property
    def primary(self) -> Member | None:
        """The member that takes writes."""
        return next((member for member in self.members if member.healthy and member.state == "PRIMARY"), None)

    @property
    def majority(self) -> int:
        """Votes that an election needs."""
        return sum(member.votes for member in self.members) // 2 + 1

    @property
    def write_majority(self) -> int:
        """Members that have to confirm a majority write; an arbiter confirms none."""
        return min(self.majority, sum(member.confirms for member in self.members))

    @property
    def margin(self) -> int:
        """How many of the members that confirm writes may be lost now before majority writes wait; below 0 they do."""
        return sum(member.confirms and member.is_up for member in self.members) - self.write_majority

    def member(self, host: str) -> Member | None:
        """The member of that name."""
        return next((member for member in self.members if member.host == host), None)


class SetWriteConcern(Struct, frozen=True, tag="set_write_concern"):
    """Make `w: majority` the set's own default. An arbiter may neither come nor go before (server error 103)."""


class AddMember(Struct, frozen=True, tag="add_member"):
    """Take in a new member."""

    host: str
    arbiter: bool
    votes: int
    priority: float


class RemoveMember(Struct, frozen=True, tag="remove_member"):
    """Take a member out."""

    host: str


class ChangeMember(Struct, frozen=True, tag="change_member"):
    """Give a member other votes or another priority."""

    host: str
    votes: int
    priority: float


class ChangeSettings(Struct, frozen=True, tag="change_settings"):
    """Change the set's times."""

    settings: dict[str, int]


class StepDown(Struct, frozen=True, tag="step_down"):
    """Let the primary hand over before it is taken out."""

    host: str


Change = SetWriteConcern | AddMember | RemoveMember | ChangeMember | ChangeSettings | StepDown


class SetStep(Struct, frozen=True):
    """One change; what is there before and after, in words."""

    summary: str
    before: str
    after: str
    change: Change


class Decision(Struct, frozen=True):
    """What to do about a set, in this order, and what is left alone and why."""

    steps: tuple[SetStep, ...] = ()
    notes: tuple[str, ...] = ()


class Loss(Struct, frozen=True):
    """What would happen were a machine lost now.

    Attributes:
        members: of the set on that machine.
        primary: whether the primary is among them.
        elects: whether what is left has a primary, so that reads go on.
        writes: whether majority writes go on as well.
    """

    node: str
    members: tuple[str, ...]
    primary: bool
    elects: bool
    writes: bool


class Restart(Struct, frozen=True):
    """The member that may restart next.

    Attributes:
        host: of the set.
        primary: whether it must hand over first.
        waits_for: voting members that are not up: until they are, the restart would take one vote too many.
    """

    host: str
    primary: bool
    waits_for: tuple[str, ...]


class SetReport(Struct, frozen=True):
    """A set as an operator is shown it.

    Attributes:
        stack: that the set belongs to.
        view: the set.
        losses: what the loss of each machine would do now.
        decision: what healing would change now, and what it leaves and why.
        unread: services of the set, and machines, that could not be asked, and why. Others may know how they are.
        standby: services that run beside the set and are no members, such as an arbiter, each with its machine.
    """

    stack: str
    view: SetView
    losses: tuple[Loss, ...]
    decision: Decision
    unread: dict[str, str]
    standby: dict[str, str] = {}

    @property
    def is_well(self) -> bool:
        """Whether there is a primary, every member and the arbiter answer, all vote, and nothing is to be healed."""
        every = all(member.is_up and member.votes for member in self.view.members)
        return self.view.primary is not None and every and not self.decision.steps and not self.unread
