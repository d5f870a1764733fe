"""A node's policy: which service runs under which profile."""

from collections.abc import Callable

import msgspec
from msgspec import Struct

from hardening.checks.vocabulary import Answer, Place, failed, given, not_applicable
from hardening.model.facts import ContainerFacts, NodeFacts
from hardening.model.known import Known, Unavailable
from hardening.model.policy import Egress

PATH = "/etc/harden/policy.json"
NO_POLICY = f"the node has no {PATH}"


class PolicyProfile(Struct, frozen=True):
    """What a role's containers are started with; `apparmor` is empty on a node whose kernel has none."""

    seccomp: str
    apparmor: str = ""
    no_new_privileges: bool = True
    egress: Egress = Egress.ANY

    @property
    def files(self) -> frozenset[str]:
        """Where on the node the profile's filter and AppArmor text are."""
        return frozenset({self.seccomp, *([f"/etc/apparmor.d/{self.apparmor}"] if self.apparmor else [])})


class NodePolicy(Struct, frozen=True):
    """`policy.json`: swarm service -> role, role -> profile."""

    services: dict[str, str]
    profiles: dict[str, PolicyProfile]

    def role_of(self, container: ContainerFacts) -> str:
        """The role a container should run under; empty when the policy does not name it."""
        return self.services.get(container.service, "") if container.service else container.label("harden.profile")


def read_policy(machine: NodeFacts) -> Known[NodePolicy | None] | Unavailable:
    """A node's policy, None when it has none, or why it cannot be told."""
    match machine.policy:
        case Unavailable() as gap:
            return gap
        case Known(value=""):
            return Known(None)
        case Known(value=text):
            try:
                return Known(msgspec.json.decode(text, type=NodePolicy))
            except msgspec.MsgspecError as error:
                return Unavailable(f"{PATH} cannot be understood: {error}")
            except RecursionError:
                return Unavailable(f"{PATH} is nested too deep")


def under_profile(judge: Callable[[Place, PolicyProfile], Answer]) -> Callable[[Place], Answer]:
    """Put a question to every container that the node's policy names, with the profile it should run under."""

    def of_policy(place: Place, policy: NodePolicy | None) -> Answer:
        if policy is None:
            return not_applicable(NO_POLICY)
        role = policy.role_of(place.container)
        if not role:
            return not_applicable("the policy does not name this container")
        profile = policy.profiles.get(role)
        if profile is None:
            return failed(f"the policy gives it the profile `{role}`, which it does not define", "a defined profile")
        return judge(place, profile)

    return lambda place: given(read_policy(place.machine), lambda policy: of_policy(place, policy))


def on_named_profiles(judge: Callable[[NodeFacts, list[str]], Answer]) -> Callable[[NodeFacts], Answer]:
    """Put a question about the AppArmor profiles that the node's policy names, given in order."""

    def of_policy(machine: NodeFacts, policy: NodePolicy | None) -> Answer:
        if policy is None:
            return not_applicable(NO_POLICY)
        named = sorted({profile.apparmor for profile in policy.profiles.values() if profile.apparmor})
        return judge(machine, named) if named else not_applicable("the policy names no AppArmor profile")

    return lambda machine: given(read_policy(machine), lambda policy: of_policy(machine, policy))
