"""A folder of roles: `<role>/policy.yml`, and beside it the generated `seccomp.json` and `apparmor`."""

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import msgspec
from msgspec import Struct

from hardening import outputs
from hardening.errors import HardenError, one_line
from hardening.model.policy import Egress, RoleProfile
from hardening.model.profile import EvidenceKind
from hardening.model.review import Item
from hardening.model.role import RoleSummary

from . import effect, stale
from .apparmor import PORTABLE, Version, profile_name
from .generate import Composed, compose, render
from .lint import lint
from .policy import load_policy
from .sources import Sources, read
from .summary import summary

POLICY_FILE, SECCOMP_FILE, APPARMOR_FILE = "policy.yml", "seccomp.json", "apparmor"
_REVIEWED = EvidenceKind.REVIEW
_BUILD = "make it again: harden profile build"
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


def strays(folder: Path) -> tuple[Path, ...]:
    """Folders in the place of roles that have no policy, in order."""
    places = sorted(path for path in folder.glob("[!.]*") if path.is_dir())
    return tuple(path for path in places if not (path / POLICY_FILE).exists())


def demand_name(role: str, hint: str) -> None:
    """Refuse what is no name of a role.

    Raises:
        HardenError: with this hint.
    """
    if not _ROLE.fullmatch(role):
        raise HardenError(f"`{role}` is no name of a role: up to 64 lower-case letters, digits, `-`, `_` and `.`", hint)


def profile(folder: Path, role: str, parser: Version = PORTABLE) -> RoleProfile:
    """The profiles of one role, made anew from its policy and evidence; see `composed`."""
    return render(composed(folder, role).profile, parser)


def problems(folder: Path, role: str, images: Iterable[str] = (), today: date | None = None) -> tuple[str, ...]:
    """What a role's profile may not hold, images it runs that are in no evidence, refusals without effect.

    See `lint`, `stale` and `effect`. Files that somebody edited are looked at beside those that policy and evidence
    make. Without `today` no decision's date is in the future.
    """
    evidence = read(folder, role)
    made = composed(folder, role, evidence)
    accepted = frozenset(
        rule.value for rule in made.profile.rules if any(each.kind is _REVIEWED for each in rule.evidence)
    )
    wanted = render(made.profile)
    missing, edited = _missing(folder / role), [path for path in drift(folder, role) if path.is_file()]
    profiles = [wanted, *([kept(folder / role, wanted)] if edited else [])]
    found = dict.fromkeys(problem for each in profiles for problem in lint(each, accepted))
    other = [f"{path.name} is not what policy and evidence make: somebody edited it, or it is to be built again"
             for path in edited]  # fmt: skip
    if len(missing) == 1:
        other.append(f"{missing[0]} is missing: somebody removed it, or it is to be built again")
    return (*found, *other, *stale.problems(evidence, images), *effect.problems(made, evidence.review, today))


def remarks(folder: Path, role: str, images: Iterable[str] = ()) -> tuple[str, ...]:
    """What a reviewer should know, and is no fault of the profile.

    Refusals that no decision can lift, decisions about what is no question and those that an older one replaces,
    evidence that is of several images, profiles that were never built.
    """
    evidence = read(folder, role)
    made = composed(folder, role, evidence)
    unbuilt = ("its profiles were not built yet: harden profile build",) if len(_missing(folder / role)) > 1 else ()
    return (*unbuilt, *made.beyond, *effect.remarks(made, evidence.review), *stale.remarks(evidence, images))


def open_items(folder: Path, role: str) -> tuple[Item, ...]:
    """What nobody has decided yet about a role; see `composed`."""
    return composed(folder, role).open


def summed_up(folder: Path, role: str) -> RoleSummary:
    """A role at a glance; see `composed`."""
    found = read(folder, role)
    return summary(composed(folder, role, found), found)


def composed(folder: Path, role: str, found: Sources | None = None) -> Composed:
    """One role put together from all that its folder has; `found` is its evidence, if it was read already.

    Raises:
        HardenError: there is no such role, or its policy or evidence does not fit; with file and line.
    """
    policy = folder / role / POLICY_FILE
    known = f"roles in {folder}: {', '.join(roles(folder)) or 'none'}"
    demand_name(role, known)
    if not policy.is_file():
        raise HardenError(f"{policy}: no such file", known)
    return compose(role, load_policy(policy), found or read(folder, role))


def generated(folder: Path, role: str) -> dict[Path, str]:
    """The files that belong beside a role's policy, as they should be."""
    made = profile(folder, role)
    return {folder / role / SECCOMP_FILE: made.seccomp, folder / role / APPARMOR_FILE: made.apparmor}


def kept(place: Path, missing: RoleProfile | None = None) -> RoleProfile:
    """The generated files of a role's folder as they are, whatever made them. What its policy alone has is read there.

    `missing` is what a file is taken to be that is not there.

    Raises:
        HardenError: one is not there, or is no profile.
    """
    given = {SECCOMP_FILE: missing.seccomp, APPARMOR_FILE: missing.apparmor} if missing else {}
    seccomp, apparmor = (
        given[name] if name in given and not (place / name).is_file() else _text(place / name)
        for name in (SECCOMP_FILE, APPARMOR_FILE)
    )
    try:
        msgspec.json.decode(seccomp, type=_Filter)
    except (ValueError, RecursionError) as error:
        raise HardenError(f"{place / SECCOMP_FILE}: is no filter: {one_line(error)}", _BUILD) from error
    policy = place / POLICY_FILE
    decided = load_policy(policy) if policy.is_file() else None
    egress, bound = (decided.egress, decided.no_new_privileges) if decided else (Egress.ANY, False)
    return RoleProfile(place.name, profile_name(place.name), apparmor, seccomp, bound, egress)


def drift(folder: Path, *roles: str) -> tuple[Path, ...]:
    """The generated files of roles that are missing or differ from what the policy says."""
    return tuple(_changed(folder, roles))


def write(folder: Path, *roles: str) -> tuple[Path, ...]:
    """Bring the generated files of roles up to date; returns those that changed.

    Raises:
        HardenError: a role does not fit, or a file cannot be written; all are left as they were.
    """
    changed = _changed(folder, roles)
    outputs.write_all(changed, shared=True)
    return tuple(changed)


def _changed(folder: Path, roles: Iterable[str]) -> dict[Path, bytes]:
    wanted = {path: text.encode() for role in roles for path, text in generated(folder, role).items()}
    return {path: text for path, text in wanted.items() if not path.is_file() or path.read_bytes() != text}


def _missing(place: Path) -> tuple[str, ...]:
    return tuple(name for name in (SECCOMP_FILE, APPARMOR_FILE) if not (place / name).is_file())


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except OSError as error:
        raise HardenError(f"{path}: cannot be read: {error.strerror}", _BUILD) from error
    except UnicodeDecodeError as error:
        raise HardenError(f"{path}: is not UTF-8 text", _BUILD) from error
