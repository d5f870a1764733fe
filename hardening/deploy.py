"""The whole deploy: gather, plan, apply, gather again; done when the plan is empty and the kernel agrees."""

import time
from collections.abc import Callable

from . import facts as facts_of
from . import plan as planning
from .apply import Cluster, announce, deploy_lock, run, wait
from .confinement import mismatches, starting
from .errors import FailedError, HardenError
from .hosts import Host
from .hosts.engine import engine
from .model.facts import Facts
from .model.plan import Plan
from .model.project import Project
from .model.stack import STACK_LABEL
from .stack import as_yaml, compose

Report = Callable[[str, str], None]
Consent = Callable[[Plan], bool]
ROUNDS = 3
"""How often the plan may be made again: once a swarm exists, a manager can tell what it lacks."""


def plan(project: Project, hosts: dict[str, Host], report: Report) -> Plan:
    """What a deploy would do now. Changes nothing."""
    return planning.make(project, _gather(project, hosts, report))


def deploy(cluster: Cluster, consent: Consent) -> Facts | None:
    """Make the cluster what the project asks for.

    Args:
        cluster: project, machines and limits.
        consent: shown each plan that is not empty; False stops before anything of it is applied.

    Returns:
        The facts of the cluster as it is at the end; None when consent was refused.

    Raises:
        HardenError: the input or a machine is not fit; nothing was changed.
        FailedError: a step failed, the plan does not become empty, or a task is not confined as it should be.
    """
    with deploy_lock(cluster.hosts[cluster.leader.name]):
        for done in range(ROUNDS):
            facts = _gather(cluster.project, cluster.hosts, cluster.report)
            missing = planning.make(cluster.project, facts)
            if not missing.steps:
                return _verified(cluster, facts, changed=done > 0)
            if not consent(missing):
                return None
            run(missing, cluster)
        facts = _gather(cluster.project, cluster.hosts, cluster.report)
        missing = planning.make(cluster.project, facts)
    if missing.steps:
        left = "; ".join(f"{step.node}: {step.summary} ({step.before} → {step.after})" for step in missing.steps)
        raise FailedError(f"applied, and yet there is more to do: {left}", "run it again, or look at: harden plan")
    return _verified(cluster, facts, changed=True)


def rendered(project: Project, hosts: dict[str, Host], name: str = "") -> str:
    """A stack as the Compose file that plain `docker stack deploy` takes, with secrets as the cluster names them now.

    Raises:
        HardenError: there is no such stack, or the cluster lacks its secrets.
    """
    stacks = {stack.name: stack for stack in project.stacks}
    if not name and len(stacks) == 1:
        name = next(iter(stacks))
    if name not in stacks:
        raise HardenError(f"harden.yml: there is no stack `{name}`", f"its stacks are: {', '.join(stacks)}")
    with engine(hosts[project.inventory.managers[0].name]) as leading:
        secrets, tasks = leading.secrets(), leading.tasks(STACK_LABEL, name)
    stack = planning.with_trusted(stacks[name], secrets, tasks, time.time())
    names = planning.stored_names(stack, secrets)
    if missing := sorted(stack.secrets.keys() - names.keys()):
        raise HardenError(f"the cluster has no secret {', '.join(missing)} of {name} yet", "harden deploy makes them")
    return as_yaml(compose(stack, names, project.profiles))


def _gather(project: Project, hosts: dict[str, Host], report: Report) -> Facts:
    # daemon.json is written anew with what stands in it, passwords of proxies and log drivers included.
    return facts_of.gather(project.inventory, hosts, lambda line: report("", line), whole_settings=True)


def _verified(cluster: Cluster, facts: Facts, *, changed: bool) -> Facts:
    """See that every task can be found by name, and read back from the kernels that it is confined as it should be.

    Only an `exec` that was about to start is looked for once more; what was seen unconfined is never read away.
    """
    stacks = cluster.project.stacks
    # Where nothing was to do, tasks may still be starting: their machine was just booted, or a deploy was stopped.
    anew = [wait(cluster, stack, stack.services) for stack in stacks]
    # Nor did anybody consent to a restart then.
    anew += [announce(cluster, stack, restart=changed) for stack in stacks]
    if any(anew):
        facts = _gather(cluster.project, cluster.hosts, cluster.report)
    wrong, before = mismatches(cluster.project, facts), starting(cluster.project, facts)
    if before and not wrong:
        facts = _gather(cluster.project, cluster.hosts, cluster.report)
        wrong = mismatches(cluster.project, facts)
        wrong += [
            f"{node}: process {pid} calls itself runc and stays unconfined in a container"
            for node, pid in sorted(before & starting(cluster.project, facts))
        ]
    if wrong:
        raise FailedError("not confined as it should be:\n" + "\n".join(f"  - {line}" for line in wrong))
    return facts
