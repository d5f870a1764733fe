"""Takes one system call after the other out of a role's filter, to learn which scenario needs which."""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import msgspec

from hardening import outputs
from hardening.errors import FailedError, HardenError
from hardening.model.policy import RoleProfile
from hardening.model.verification import Minimisation, Need

from .session import Target
from .subject import Subject
from .verifying import START, trial, trials, variant, watch_refusals

Report = Callable[[str, str], None]
Keep = Callable[[Minimisation], object]
FILE = "needed.json"


def minimise(  # noqa: PLR0913 - what a verification takes, and where results go meanwhile
    subject: Subject,
    target: Target,
    profile: RoleProfile,
    drives: Mapping[str, Callable[[], None]],
    report: Report,
    *,
    before: Minimisation | None,
    keep: Keep,
    calls: Iterable[str] = (),
) -> Minimisation:
    """Which scenarios a role's service fails in, or is refused something in, without each call that it may make.

    Args:
        subject: the service; its tasks are restarted for every call.
        target: what the recorders are told.
        profile: the role's.
        drives: scenario -> what makes it happen.
        report: told (node, what happens).
        before: an earlier run that was interrupted, of the same profile and scenarios; its calls are not tried again.
        keep: given what is known after every call.
        calls: those to try; all that the filter allows when there are none.
    """
    scenarios = tuple(trials(subject, drives))
    same = before is not None and (before.profile, before.scenarios) == (profile.hash, scenarios)
    known = Minimisation(profile.role, profile.hash, scenarios, before.needs if before and same else ())
    todo = [call for call in calls or allowed(profile.seccomp) if call not in {need.call for need in known.needs}]
    for index, call in enumerate(todo, 1):
        report("", f"without {call} ({index} of {len(todo)})")
        need = Need(call, _needed_by(subject, target, _without(profile, call), call, drives, report))
        known = msgspec.structs.replace(known, needs=(*known.needs, need))
        keep(known)
    return known


def _needed_by(  # noqa: PLR0913, PLR0917 - as above
    subject: Subject,
    target: Target,
    profile: RoleProfile,
    call: str,
    drives: Mapping[str, Callable[[], None]],
    report: Report,
) -> tuple[str, ...]:
    needed = []
    with variant(subject, target.policy, profile, report):
        for scenario, drive in trials(subject, drives).items():
            try:
                with watch_refusals(subject, target, report) as watching:
                    drive()
                    answers = watching.finish()
            except FailedError as error:
                report("", f"{scenario} fails without {call}: {error.message}")
                needed.append(scenario)
                if scenario == START:
                    break  # nothing more can be tried with a service that does not start
                continue
            found = trial(scenario, answers)  # where events were lost, it is not known whether the call is needed
            if any(denial.layer == "seccomp" and denial.what == call for denial in found.denials):
                needed.append(scenario)
    return tuple(needed)


def allowed(text: str) -> tuple[str, ...]:
    """The calls that a filter allows, always or for some arguments, in order."""
    rules = json.loads(text)["syscalls"]
    return tuple(sorted({name for rule in rules if rule["action"] == "SCMP_ACT_ALLOW" for name in rule["names"]}))


def without(text: str, call: str) -> str:
    """A filter that does not allow one call any more."""
    document = json.loads(text)
    for rule in document["syscalls"]:
        if rule["action"] == "SCMP_ACT_ALLOW":
            rule["names"] = [name for name in rule["names"] if name != call]
    document["syscalls"] = [rule for rule in document["syscalls"] if rule["names"]]
    return json.dumps(document, indent=2) + "\n"


def _without(profile: RoleProfile, call: str) -> RoleProfile:
    return msgspec.structs.replace(profile, seccomp=without(profile.seccomp, call))


def read(profiles: Path, role: str) -> Minimisation | None:
    """What an earlier run learned, if there was one.

    Raises:
        HardenError: the file is damaged.
    """
    path = profiles / role / FILE
    if not path.is_file():
        return None
    try:
        return msgspec.json.decode(path.read_bytes(), type=Minimisation)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise HardenError(f"{path}: {error}", "remove it to begin anew") from None


def write(profiles: Path, known: Minimisation) -> Path:
    """Keep what is known, whole.

    Raises:
        HardenError: it cannot be written; what was there is left as it was.
    """
    path = profiles / known.role / FILE
    outputs.write_all({path: msgspec.json.format(msgspec.json.encode(known), indent=1) + b"\n"}, shared=True)
    return path
