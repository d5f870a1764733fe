"""(project, facts) -> plan: what is missing between what a user asked for and what is there. Pure."""

from hardening.confinement import lacking
from hardening.model.facts import Facts
from hardening.model.plan import Plan
from hardening.model.project import Project

from . import nodes, preflight, stacks, swarm
from .certificates import with_trusted
from .stacks import stored_names

__all__ = ["make", "stored_names", "with_trusted"]


def make(project: Project, facts: Facts) -> Plan:
    """Every step that is needed, in order; an empty plan when there is nothing to do.

    Raises:
        HardenError: a node or the project is not fit for it; every problem is named at once.
    """
    machines = preflight.check(project, facts)
    steps = [
        *nodes.steps(project, machines),
        *swarm.steps(project, machines),
        *stacks.steps(project, machines, facts),
    ]
    return Plan(tuple(sorted(steps, key=lambda step: step.phase)), tuple(lacking(project, facts)))
