"""Can a container that always fails keep the node busy with restarts?"""

from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Place,
    Severity,
    Verdict,
    cis_docker,
    failed,
    given,
    passed,
    per_container,
)
from hardening.model.swarm import RestartPolicy, Task

MOST_ATTEMPTS = 5
LEAST_DELAY = 5.0
"""Seconds. Swarm's own default pause between attempts."""
EXPECTED_TASK = f"restarts, at most {MOST_ATTEMPTS} times or at least {LEAST_DELAY:g} s apart"
EXPECTED_PLAIN = f"no, or on-failure:{MOST_ATTEMPTS} at most"


def judge(place: Place) -> Answer:
    """A task follows its service's policy: what the engine's own record says of it means nothing."""
    return _plain(place) if place.task is None else given(place.task, _of_task)


def _of_task(task: Task) -> Verdict:
    policy = task.spec.restart_policy or RestartPolicy(delay=int(LEAST_DELAY * 1e9))
    delay = policy.delay / 1e9
    attempts = policy.max_attempts or "no limit of"
    observed = f"{policy.condition}, {attempts} attempts, {delay:g} s apart"
    bounded = 0 < policy.max_attempts <= MOST_ATTEMPTS or delay >= LEAST_DELAY
    return (passed if policy.condition != "none" and bounded else failed)(observed, EXPECTED_TASK)


def _plain(place: Place) -> Verdict:
    policy = place.container.inspect.host_config.restart_policy
    name = policy.name if policy and policy.name else "no"
    attempts = policy.maximum_retry_count if policy else 0
    fine = name == "no" or (name == "on-failure" and 0 < attempts <= MOST_ATTEMPTS)
    return (passed if fine else failed)(f"{name}:{attempts}" if attempts else name, EXPECTED_PLAIN)


CHECK = Check(
    id="container-restart-policy",
    title="Containers that fail are started again, but not without end or pause",
    area=Area.CONTAINER,
    severity=Severity.LOW,
    level=1,
    refs=cis_docker("5.15"),
    rationale="A container that is restarted in a tight loop takes the node's CPU and gives an intruder endless tries.",
    remediation="`deploy: {restart_policy: {condition: any, delay: 5s}}` in the stack; `--restart on-failure:5` for "
    "plain containers.",
    evaluate=per_container(judge),
)
