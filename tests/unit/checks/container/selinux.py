from hardening.model.facts import Facts
from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import GONE, cluster, container, engine, inspect, missing, node, on_node

OPTIONS = ("name=seccomp,profile=builtin", "name=selinux")


def labelled(*given: str, options: tuple[str, ...] = OPTIONS) -> Facts:
    made = engine(container(inspect(security_opt=given)), security_options=options)
    return cluster(node(engine=Known(made), lsm=Known(("selinux", "bpf"))))


CASES = (
    passes("labelled", labelled()),
    fails("switched off for one", labelled("label=disable"), says="label=disable"),
    fails("not used by the engine", labelled(options=OPTIONS[:1])),
    inapplicable("AppArmor instead", on_node()),
    unknown("modules not read", on_node(lsm=missing())),
    unknown("the node is gone", GONE),
)
