"""A folder of roles: `<role>/policy.yml`, and beside it the generated `seccomp.json` and `apparmor`."""

import re
from collections.abc import Iterable
from pathlib import Path

import msgspec
from msgspec import Struct

from hardening import outputs
from hardening.errors import HardenError
from hardening.model.policy import Egress, RoleProfile
from hardening.model.profile import EvidenceKind
from hardening.model.review import Item

from . import stale
from .apparmor import PORTABLE, Version, profile_name
from .generate import Composed, compose, render
from .lint import lint
from .policy import load_policy
from .sources import read
from .summary import Summary, summary

POLICY_FILE, SECCOMP_FILE, APPARMOR_FILE = "policy.yml", "seccomp.json", "apparmor"
_REVIEWED = EvidenceKind.REVIEW
_ROLE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")


class _Compared(Struct):
    index: int
    value: int
    valueTwo: int = 0  # noqa: N815 - OCI's name


class _Row(Struct):
    names: tuple[str, ...]
    action: str
    args: tuple[_Compared, ...] = ()


class _Filter(Struct):
    """As much of a filter as is read again."""

    syscalls: tuple[_Row, ...]


def roles(folder: Path) -> tuple[str, ...]:
    """The roles of a folder, in order."""
    return tuple(sorted(path.parent.name for path in folder.glob(f"*/{POLICY_FILE}")))


def profile(folder: Path, role: str, parser: Version = PORTABLE) -> RoleProfile:
    """The profiles of one role, made anew from its policy and evidence; see `composed`."""
    return render(composed(folder, role).profile, parser)


def problems(folder: Path, role: str, images: Iterable[str] = ()) -> tuple[str, ...]:
    """What a role's profile may not hold, and images it runs that are in no evidence; see `lint` and `stale`.

    Files that somebody edited are looked at beside those that policy and evidence make.
    """
    made = composed(folder, role)
    accepted = frozenset(
        rule.value for rule in made.profile.rules if any(each.kind is _REVIEWED for each in rule.evidence)
    )
    profiles = [render(made.profile)]
    if all((folder / role / name).is_file() for name in (SECCOMP_FILE, APPARMOR_FILE)) and drift(folder, role):
        profiles.append(kept(folder / role))
    found = dict.fromkeys(problem for each in profiles for problem in lint(each, accepted))
    return (*found, *stale.problems(made, images))


def open_items(folder: Path, role: str) -> tuple[Item, ...]:
    """What nobody has decided yet about a role; see `composed`."""
    return composed(folder, role).open


def summed_up(folder: Path, role: str) -> Summary:
    """A role at a glance; see `composed`."""
    return summary(composed(folder, role), read(folder, role))


def composed(folder: Path, role: str) -> Composed:
    """One role put together from all that its folder has.

    Raises:
        HardenError: there is no such role, or its policy or evidence does not fit; with file and line.
    """
    policy = folder / role / POLICY_FILE
    known = f"roles in {folder}: {', '.join(roles(folder)) or 'none'}"
    if not _ROLE.fullmatch(role):
        raise HardenError(
            f"`{role}` is no name of a role: up to 64 lower-case letters, digits, `-`, `_` and `.`", known
        )
    if not policy.is_file():
        raise HardenError(f"{policy}: no such file", known)
    return compose(role, load_policy(policy), read(folder, role))


def generated(folder: Path, role: str) -> dict[Path, str]:
    """The files that belong beside a role's policy, as they should be."""
    made = profile(folder, role)
    return {folder / role / SECCOMP_FILE: made.seccomp, folder / role / APPARMOR_FILE: made.apparmor}


def kept(place: Path) -> RoleProfile:
    """The generated files of a role's folder as they are, whatever made them. What its policy alone has is read there.

    Raises:
        HardenError: one is not there, or is no profile.
    """
    try:
        seccomp = (place / SECCOMP_FILE).read_text(encoding="utf-8")
        apparmor = (place / APPARMOR_FILE).read_text(encoding="utf-8")
        msgspec.json.decode(seccomp, type=_Filter)
    except (OSError, ValueError) as error:
        raise HardenError(f"{place}: has no {SECCOMP_FILE} and {APPARMOR_FILE} of a role: {error}") from error
    policy = place / POLICY_FILE
    decided = load_policy(policy) if policy.is_file() else None
    egress, bound = (decided.egress, decided.no_new_privileges) if decided else (Egress.ANY, False)
    return RoleProfile(place.name, profile_name(place.name), apparmor, seccomp, bound, egress)


def drift(folder: Path, role: str) -> tuple[Path, ...]:
    """The generated files that are missing or differ from what the policy says."""
    return tuple(
        path
        for path, text in generated(folder, role).items()
        if not path.is_file() or path.read_bytes() != text.encode()
    )


def write(folder: Path, role: str) -> tuple[Path, ...]:
    """Bring a role's generated files up to date; returns those that changed.

    Raises:
        HardenError: a file cannot be written; both are left as they were.
    """
    wanted, changed = generated(folder, role), drift(folder, role)
    outputs.write_all({path: wanted[path].encode() for path in changed}, shared=True)
    return changed
