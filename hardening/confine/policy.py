"""Reads what a person decided about a role."""

from collections.abc import Sequence
from pathlib import Path

from hardening import documents
from hardening.documents import Document, Position
from hardening.model.capabilities import CAPABILITIES, DANGEROUS_CAPABILITIES
from hardening.model.policy import Policy

from . import abstractions
from .arguments import ADDRESS_FAMILIES, COMPARED, SOCKET_TYPES
from .lint import forbidden_file, forbidden_syscall, steers_machine
from .syscalls import numbers


def load_policy(path: Path) -> Policy:
    """Read and check `profiles/<role>/policy.yml`.

    Raises:
        HardenError: with file and line of the first thing that does not fit or may not be in a policy.
    """
    document = documents.read(path)
    policy = document.convert(Policy)
    _check_abstractions(document, policy)
    _check_syscalls(document, policy)
    _check_arguments(document, policy)
    _check_files(document, policy)
    _check_network(document, policy)
    _check_capabilities(document, policy)
    return policy


def _check_once(document: Document, at: Position, values: Sequence[object]) -> None:
    for index, value in enumerate(values):
        if value in values[:index]:
            raise document.error((*at, index), f"`{value}` stands twice")


def _check_abstractions(document: Document, policy: Policy) -> None:
    _check_once(document, ("abstractions",), policy.abstractions)
    for index, name in enumerate(policy.abstractions):
        if name not in abstractions.ALL:
            known = ", ".join(sorted(abstractions.ALL))
            raise document.error(("abstractions", index), f"there is no abstraction `{name}`", f"there are: {known}")


def _check_syscalls(document: Document, policy: Policy) -> None:
    at: Position = ("seccomp", "syscalls")
    _check_once(document, at, policy.seccomp.syscalls)
    for index, name in enumerate(policy.seccomp.syscalls):
        if name not in numbers():
            raise document.error((*at, index), f"`{name}` is no Linux system call")
        if reason := forbidden_syscall(name):
            raise document.error((*at, index), reason, "leave it out: the call then answers an errno")


def _check_arguments(document: Document, policy: Policy) -> None:
    for index, rule in enumerate(policy.seccomp.arguments):
        at: Position = ("seccomp", "arguments", index)
        masks = COMPARED.get(rule.call)
        if masks is None or rule.call in {"socket", "clone"}:
            known = ", ".join(sorted(COMPARED.keys() - {"socket", "clone"}))
            hint = f"those that are: {known}; `socket` follows the networks, `clone` never makes namespaces"
            raise document.error((*at, "call"), f"arguments of `{rule.call}` are not compared", hint)
        if not rule.values:
            raise document.error(
                (*at, "values"), f"no value of `{rule.call}` is named, which would let every one through"
            )
        if other := sorted(rule.values.keys() - masks.keys()):
            compared = ", ".join(str(place) for place in sorted(masks))
            message = f"argument {other[0]} of `{rule.call}` is not compared"
            raise document.error((*at, "values"), message, f"those that are: {compared}")
        if wrong := sorted(place for place, value in rule.values.items() if value & ~masks[place]):
            raise document.error((*at, "values"), f"argument {wrong[0]} of `{rule.call}` is not compared to that value")


def _check_files(document: Document, policy: Policy) -> None:
    for index, rule in enumerate(policy.apparmor.files):
        if reason := forbidden_file(rule) or steers_machine(rule):
            raise document.error(("apparmor", "files", index), reason)


def _check_network(document: Document, policy: Policy) -> None:
    written = [f"{rule.family} {rule.type}".rstrip() for rule in policy.apparmor.network]
    _check_once(document, ("apparmor", "network"), written)
    for index, rule in enumerate(policy.apparmor.network):
        at: Position = ("apparmor", "network", index)
        if rule.family not in ADDRESS_FAMILIES:
            known = ", ".join(ADDRESS_FAMILIES)
            raise document.error((*at, "family"), f"`{rule.family}` is no family a service may use", f"use: {known}")
        if rule.type and rule.type not in SOCKET_TYPES:
            raise document.error((*at, "type"), f"`{rule.type}` is no socket type")


def _check_capabilities(document: Document, policy: Policy) -> None:
    _check_once(document, ("apparmor", "capabilities"), policy.apparmor.capabilities)
    for index, name in enumerate(policy.apparmor.capabilities):
        if name not in CAPABILITIES:
            message = f"`{name}` is no capability as AppArmor writes them, such as `net_bind_service`"
            raise document.error(("apparmor", "capabilities", index), message)
        if name in DANGEROUS_CAPABILITIES:
            message = f"capability `{name}` reaches the machine, no service may have it"
            raise document.error(("apparmor", "capabilities", index), message)
