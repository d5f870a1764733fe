"""Makes a role's profiles from its policy."""

from collections.abc import Iterator

from hardening.model.policy import FileRule, NetworkRule, Policy, RoleProfile

from . import abstractions, apparmor, seccomp
from .abstractions import Abstraction


def build(role: str, policy: Policy, parser: apparmor.Version = apparmor.PORTABLE) -> RoleProfile:
    """A role's profiles: the same input gives the same text, on any machine.

    Args:
        role: name of the policy's folder, such as `nginx`.
        policy: as `load_policy` returns it.
        parser: version of the `apparmor_parser` on the node, such as (4, 1). The default suits all.
    """
    shared = _shared(policy)
    syscalls = {name for each in shared for name in each.syscalls} | set(policy.seccomp.syscalls)
    network: list[NetworkRule] = [*policy.apparmor.network, *(rule for each in shared for rule in each.network)]
    files: list[FileRule] = [*policy.apparmor.files, *(rule for each in shared for rule in each.files)]
    return RoleProfile(
        role=role,
        apparmor_name=apparmor.profile_name(role),
        apparmor=apparmor.render(role, files, network, policy.apparmor.capabilities, parser),
        seccomp=seccomp.render(syscalls, network),
        no_new_privileges=policy.no_new_privileges,
    )


def _shared(policy: Policy) -> tuple[Abstraction, ...]:
    """What every container needs, and what the policy asks for."""

    def chosen() -> Iterator[Abstraction]:
        yield abstractions.RUNTIME
        if not policy.no_new_privileges:
            yield abstractions.PRIVILEGED_RUNTIME
        yield from (abstractions.ALL[name] for name in policy.abstractions)

    return tuple(chosen())
