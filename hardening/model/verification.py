"""Whether a role's profiles refuse anything that its service needs: what was refused, while what ran, where."""

from typing import Literal

from msgspec import Struct

from .recording import Origin

VERIFICATION_VERSION = 1


class Denial(Struct, frozen=True, forbid_unknown_fields=True):
    """Something that a profile refused.

    Attributes:
        layer: which profile refused it.
        what: a system call's name, or AppArmor's operation and what it was about, such as `open /etc/shadow r`.
        program: executable in the container; empty when it is not known.
        command: name of the process or thread.
        task: name of the container; empty when the process was gone before its container could be told.
        count: times.
    """

    layer: Literal["seccomp", "apparmor"]
    what: str
    program: str
    command: str
    node: str
    task: str
    count: int


class Trial(Struct, frozen=True, forbid_unknown_fields=True):
    """One scenario under enforcement. `calls`: how many were watched under a filter; none would prove nothing."""

    scenario: str
    calls: int
    denials: tuple[Denial, ...]


class Verification(Struct, frozen=True, forbid_unknown_fields=True):
    """`profiles/<role>/verified.json`.

    Attributes:
        profile: hash of the profiles that were enforced.
        layers: which of the two were: both where the nodes have AppArmor.
        origin: where, and on which image.
    """

    role: str
    service: str
    profile: str
    layers: tuple[Literal["seccomp", "apparmor"], ...]
    origin: Origin
    trials: tuple[Trial, ...]
    version: int = VERIFICATION_VERSION

    @property
    def is_clean(self) -> bool:
        """Whether nothing was refused."""
        return not any(trial.denials for trial in self.trials)


class Need(Struct, frozen=True, forbid_unknown_fields=True):
    """The scenarios that fail or are refused a call when a role's filter does not allow it; none: nobody needs it."""

    call: str
    scenarios: tuple[str, ...]


class Minimisation(Struct, frozen=True, forbid_unknown_fields=True):
    """`profiles/<role>/needed.json`: what was learned by taking calls out of the filter, one at a time.

    Attributes:
        profile: hash of the profiles that were tried; of others, this says nothing.
        scenarios: those that were run without each call.
    """

    role: str
    profile: str
    scenarios: tuple[str, ...]
    needs: tuple[Need, ...]
    version: int = VERIFICATION_VERSION
