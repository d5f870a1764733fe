"""Runs a service under its profiles and tells what they refuse.

The filter of a verification answers what it refuses with an errno of its own, which nothing else answers with: at the
end of a call, the only place where a refused call is seen, that number is proof. Calls that a program tries before it
takes an older way keep ENOSYS, or programs would take another way than in earnest.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import msgspec

from hardening import outputs
from hardening.confine.syscalls import numbers
from hardening.errors import FailedError, HardenError, HostError
from hardening.model.policy import RoleProfile
from hardening.model.verification import Denial, Trial, Verification

from . import driving
from .answer import Answer
from .audit_log import messages
from .merging import origin
from .node_part import PRIVATE_ERRNO, UNDER_A_FILTER, node_origin
from .session import Target, Watch, now, watch
from .subject import PROFILE_LABEL, Subject

Report = Callable[[str, str], None]
FILE = "verified.json"
START = "start"
"""The trial in which tasks are restarted under the verifying filter."""
EPERM = 1


def verify(
    subject: Subject, target: Target, profile: RoleProfile, drives: Mapping[str, Callable[[], None]], report: Report
) -> Verification:
    """Put a service through scenarios under its profiles, with the private errno.

    The service's tasks are restarted at the beginning, which is a trial, too, and at the end.

    Raises:
        HostError: a node does not enforce profiles, or cannot be watched.
        FailedError: a scenario failed, or nothing could be watched.
    """
    found: dict[str, dict[str, Answer]] = {}
    with variant(subject, target.policy, profile, report):
        for scenario, drive in trials(subject, drives).items():
            report("", f"trial: {scenario}")
            with watch_refusals(subject, target, report) as watching:
                drive()
                found[scenario] = watching.finish()
    answers = [(node, each) for by_node in found.values() for node, each in by_node.items() if each.groups]
    if not answers:
        raise FailedError(f"{subject.name}: none of its tasks was seen")
    return Verification(
        role=profile.role,
        service=subject.name,
        profile=profile.hash,
        layers=("seccomp", "apparmor") if all(each.audit for _, each in answers) else ("seccomp",),
        origin=origin([node_origin(profile.role, each, now()) for _, each in answers]),
        trials=tuple(trial(scenario, by_node) for scenario, by_node in found.items()),
    )


def trials(subject: Subject, drives: Mapping[str, Callable[[], None]]) -> dict[str, Callable[[], None]]:
    """The restart under the verifying filter, and each scenario; one that has the restart's name goes on after it."""

    def start() -> None:
        driving.replace(subject, "stop")
        drives.get(START, lambda: None)()

    return {START: start} | dict(drives) | {START: start}  # the first, whatever its place among the others


def watch_refusals(subject: Subject, target: Target, report: Report) -> AbstractContextManager[Watch]:
    """Recorders that see only what a verification asks about: they begin sooner, and cost the service less."""
    return watch(subject.hosts, msgspec.structs.replace(target, refusals_only=True), report)


def trial(scenario: str, answers: Mapping[str, Answer]) -> Trial:
    """What nodes saw of one scenario.

    Raises:
        FailedError: events were lost, or none was seen: either proves nothing.
    """
    lost = sum(each.missed + each.uncounted + (each.audit.lost if each.audit else 0) for each in answers.values())
    if lost:
        raise FailedError(f"{scenario}: {lost} events were lost, so that nothing is proven", "verify again")
    calls = sum(row.count for each in answers.values() for row in each.calls if row.mode == UNDER_A_FILTER)
    if not calls:
        raise FailedError(f"{scenario}: no call of the service under a filter was seen, so that nothing is proven")
    counts: Counter[Denial] = Counter()
    for node, answer in answers.items():
        for denial in (*_filtered(node, answer), *_logged(node, answer)):
            counts[msgspec.structs.replace(denial, count=0)] += denial.count
    denials = [msgspec.structs.replace(denial, count=count) for denial, count in counts.items()]
    return Trial(
        scenario, calls, tuple(sorted(denials, key=lambda each: (each.layer, each.what, each.node, each.task)))
    )


def verifying_filter(text: str) -> str:
    """A filter that refuses the same calls, and answers those it refuses with EPERM with the private errno instead."""
    document = json.loads(text)
    if document.get("defaultErrnoRet", EPERM) == EPERM:
        document["defaultErrnoRet"] = PRIVATE_ERRNO
    for rule in document["syscalls"]:
        if rule["action"] == "SCMP_ACT_ERRNO" and rule.get("errnoRet", EPERM) == EPERM:
            rule["errnoRet"] = PRIVATE_ERRNO
    return json.dumps(document, indent=2) + "\n"


def write(profiles: Path, verification: Verification) -> Path:
    """Keep a verification beside the role's policy.

    Raises:
        HardenError: it cannot be written; what was there is left as it was.
    """
    path = profiles / verification.role / FILE
    outputs.write_all({path: msgspec.json.format(msgspec.json.encode(verification), indent=1) + b"\n"}, shared=True)
    return path


@contextmanager
def own_filter_again(subject: Subject, report: Report) -> Iterator[None]:
    """Restart the tasks once their own filter is back, also when a trial failed; then that failure is what is told."""
    before, restarting = subject.tasks(), f"restarting the tasks of {subject.name} under their own filter"
    try:
        yield
    except BaseException:
        report("", restarting)
        try:
            driving.restart(subject, before)
        except HardenError as error:
            report("", f"{error.message}; its tasks still run under the verifying filter: restart them")
        raise
    report("", restarting)
    driving.restart(subject, before)


@contextmanager
def variant(subject: Subject, policy: str, profile: RoleProfile, report: Report) -> Iterator[None]:
    """The verifying filter of a profile in the place of its role's on every node, until the context closes.

    Then tasks are restarted under their own. Where a node refuses, nothing is restarted.

    Raises:
        HostError: a node does not enforce the role, or not on this service.
    """
    request = {
        "role": profile.role,
        "content": verifying_filter(profile.seccomp),
        "profile": profile.apparmor_name,
        "apparmor": profile.apparmor,
        "policy": policy,
        "service": subject.name if subject.is_service else "",
        "label": subject.labels.get(PROFILE_LABEL, ""),
    }
    with ExitStack() as later, ExitStack() as stack:
        for name, host in subject.hosts.items():
            report(name, f"installing the verifying filter of {profile.role}")
            line = stack.enter_context(host.serve("variant", request))
            try:
                error = str(json.loads(line)["error"])
            except (ValueError, KeyError, TypeError):
                raise HostError(name, "its answer about the filter makes no sense") from None
            if error:
                raise HostError(name, error)
        later.enter_context(own_filter_again(subject, report))
        yield


def _filtered(node: str, answer: Answer) -> Iterator[Denial]:
    calls = {number: name for name, number in numbers().items()}
    programs = {(each.group, each.inode): each.path for each in answer.programs}
    for row in answer.failed:
        if row.errno == PRIVATE_ERRNO:
            yield Denial(
                "seccomp",
                calls.get(row.number, f"number_{row.number}"),
                programs.get((row.group, row.exe), ""),
                row.command,
                node,
                _task(answer, row.group),
                row.count,
            )


def _logged(node: str, answer: Answer) -> Iterator[Denial]:
    for message in messages(answer.audit.lines) if answer.audit else ():
        if message.verdict == "DENIED":
            what = f"{message.operation} {message.subject}"
            yield Denial("apparmor", what, "", message.command, node, _task(answer, _home(answer, message.pid)), 1)


def _home(answer: Answer, pid: int) -> int:
    """A process's control group; of one that came and went by a fork, the only one that there was, or 0."""
    if str(pid) in answer.homes:
        return answer.homes[str(pid)]
    return int(next(iter(answer.groups))) if len(answer.groups) == 1 else 0


def _task(answer: Answer, group: int) -> str:
    container = answer.groups.get(str(group), "")
    return answer.names.get(container, container[:12])


def only_service(services: Mapping[str, str], role: str, given: str) -> str:
    """The service to verify: the given one, or the only one of the role.

    Args:
        services: name -> role, of a project.
        role: whose profiles are verified.
        given: what the user said, or empty.

    Raises:
        HardenError: the role has none, or several.
    """
    if given:
        return given
    found = [name for name, profile in services.items() if profile == role]
    if len(found) == 1:
        return found[0]
    raise HardenError(
        f"{role}: is the profile of {len(found)} services of the project" + (f": {', '.join(found)}" if found else ""),
        "say which: --service NAME",
    )
