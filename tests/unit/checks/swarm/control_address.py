from hardening.model.facts import Facts, Listener
from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import missing, on_engine, on_node


def listening(*addresses: str) -> Facts:
    return on_node(listeners=Known(tuple(Listener("tcp", address, 2377, "dockerd") for address in addresses)))


CASES = (
    passes("one address", listening("10.0.0.1")),
    fails("every address", listening("::"), says="::"),
    fails("every address besides", listening("10.0.0.1", "0.0.0.0")),  # noqa: S104 - a fact
    fails("a manager that does not listen", listening(), says="nothing listens"),
    unknown("sockets not read", on_node(listeners=missing())),
    inapplicable("a worker", on_engine(control_available=False)),
)
