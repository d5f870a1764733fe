"""`policy.json`: which service runs under which profile, of every project that is deployed on a cluster."""

import json
from collections.abc import Iterable

import msgspec
from msgspec import Struct

from hardening.errors import HardenError
from hardening.model.facts import NodeFacts, SwarmFacts
from hardening.model.known import Known, Unavailable
from hardening.model.project import Project
from hardening.model.stack import STACK_LABEL

POLICY_FILE = "/etc/harden/policy.json"
SECCOMP_FOLDER = "/etc/harden/seccomp"
POLICY_VERSION = 1


class NodePolicy(Struct, frozen=True):
    """What `harden-runtime` reads: service -> role, role -> its profiles."""

    services: dict[str, str] = {}
    profiles: dict[str, dict[str, object]] = {}
    version: int = POLICY_VERSION


def policy(project: Project, others: NodePolicy, *, apparmor: bool) -> str:
    """The file for a node: the project's own entries over those of other projects.

    Where the kernel has no AppArmor, no entry asks for a profile: the runtime refuses what cannot be had.
    """
    services = {
        service.name: service.profile
        for stack in project.stacks
        for service in stack.services.values()
        if service.profile
    }
    profiles: dict[str, dict[str, object]] = {
        role: {
            **({"apparmor": profile.apparmor_name} if apparmor else {}),
            "seccomp": f"{SECCOMP_FOLDER}/{role}.json",
            "no_new_privileges": profile.no_new_privileges,
            "egress": profile.egress.value,
        }
        for role, profile in project.profiles.items()
    }
    whole = NodePolicy({**others.services, **services}, {**others.profiles, **profiles})
    return json.dumps(msgspec.to_builtins(whole), indent=2, sort_keys=True) + "\n"


def others_policy(project: Project, machines: Iterable[tuple[str, NodeFacts]], swarm: SwarmFacts | None) -> NodePolicy:
    """What other projects have on the cluster: entries on any node, of services that still exist in their stacks.

    Profiles stay also without a service: a stack that comes back asks for them by its containers' label, and a task
    whose profile is unknown does not start.
    """
    ours = {stack.name for stack in project.stacks}
    foreign = {
        service.spec.name
        for service in (swarm.services if swarm else ())
        if (service.spec.labels or {}).get(STACK_LABEL) not in ours
    }
    services: dict[str, str] = {}
    profiles: dict[str, dict[str, object]] = {}
    for node, machine in machines:
        found = _read(node, machine)
        services |= {service: role for service, role in found.services.items() if service in foreign}
        profiles |= found.profiles
    return NodePolicy({name: role for name, role in services.items() if role in profiles}, profiles)


def _read(node: str, machine: NodeFacts) -> NodePolicy:
    match machine.policy:
        case Known(value=""):
            return NodePolicy()
        case Known(value=text):
            try:
                return msgspec.json.decode(text, type=NodePolicy)
            except msgspec.MsgspecError:
                # No container starts under a policy like that; what stands in it is worth nothing.
                return NodePolicy()
        case Unavailable(reason=reason):
            raise HardenError(f"{node}: {POLICY_FILE} could not be read: {reason}", "see: harden facts")
