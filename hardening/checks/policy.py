"""A node's policy: which service runs under which profile."""

import msgspec
from msgspec import Struct

from hardening.model.facts import ContainerFacts, NodeFacts
from hardening.model.known import Known, Unavailable
from hardening.model.policy import Egress

PATH = "/etc/harden/policy.json"
NO_POLICY = f"the node has no {PATH}"


class PolicyProfile(Struct, frozen=True):
    """What a role's containers are started with."""

    apparmor: str
    seccomp: str
    no_new_privileges: bool = True
    egress: Egress = Egress.ANY


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
