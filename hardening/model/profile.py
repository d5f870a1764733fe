"""A role's profile before it is rendered: each rule with the evidence it stands on."""

from enum import StrEnum

from msgspec import Struct

from .policy import ArgumentRule, Egress, FileRule, NetworkRule


class EvidenceKind(StrEnum):
    """Why a rule is there, the strongest first."""

    RECORDED = "recorded"
    """A scenario did it."""
    RUNTIME = "runtime"
    """The OCI runtime needs it between installing the filter and becoming the service."""
    REVIEW = "review"
    """A reviewer accepted it; `review.yml` has who, when and why."""
    POLICY = "policy"
    """A person wrote it into `policy.yml`."""
    SHARED = "shared"
    """A shared part that the policy names has it."""
    STATIC = "static"
    """The machine code of the image can do it, and no scenario did."""


class Risk(StrEnum):
    """What a rule is worth to an intruder."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """The graver, the higher."""
        return tuple(Risk).index(self)


class Evidence(Struct, frozen=True, order=True):
    """One reason for a rule.

    Attributes:
        source: recording and program, `program -> library: function`, the file a person wrote, or a shared part's name.
        first_seen: digest of the image it was first seen in; empty where no image was noted.
    """

    kind: EvidenceKind
    source: str
    first_seen: str = ""


class RuleKind(StrEnum):
    """What a rule is about."""

    CALL = "call"
    ARGUMENT = "argument"
    FILE = "file"
    NETWORK = "network"
    CAPABILITY = "capability"
    SIGNAL = "signal"
    PTRACE = "ptrace"
    EGRESS = "egress"
    PRIVILEGES = "privileges"


class Rule(Struct, frozen=True):
    """One thing a role may do.

    Attributes:
        value: as the profile has it: `openat`, `socket 0=2 1=1`, `/srv/** r`, `inet stream`, `chown`, `receive term`,
            `any`, `new`. A call's bare name, of the kind `argument`: its values are not looked at.
    """

    kind: RuleKind
    value: str
    evidence: tuple[Evidence, ...]
    risk: Risk = Risk.LOW

    @property
    def name(self) -> str:
        """How commands and reviews name it: `call:openat`."""
        return f"{self.kind}:{self.value}"


class SignalRule(Struct, frozen=True, order=True):
    """A signal to or from another program, by AppArmor's words: `receive`, `term`, the peer's label."""

    direction: str
    signal: str
    peer: str


class Profile(Struct, frozen=True):
    """All that a role may do.

    Attributes:
        images: digests of the images that recordings and analysis are of.
        rules: with evidence, ordered by kind and value.
        syscalls: names of the calls to allow.
    """

    role: str
    images: tuple[str, ...]
    rules: tuple[Rule, ...]
    syscalls: frozenset[str]
    arguments: tuple[ArgumentRule, ...]
    files: tuple[FileRule, ...]
    network: tuple[NetworkRule, ...]
    capabilities: tuple[str, ...]
    signals: tuple[SignalRule, ...] = ()
    no_new_privileges: bool = True
    egress: Egress = Egress.NONE
