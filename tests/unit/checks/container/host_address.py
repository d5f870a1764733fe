from hardening.model.engine import PortBinding
from hardening.model.facts import Facts
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import GONE, plain_inspect, with_container


def bound(*addresses: str) -> Facts:
    bindings = tuple(PortBinding(address, "8080") for address in addresses)
    return with_container(plain_inspect(ports={"80/tcp": bindings, "81/tcp": None}))


CASES = (
    passes("one address", bound("10.0.0.1")),
    fails("every address", bound("0.0.0.0", "::"), says="80/tcp on every address"),  # noqa: S104 - a fact
    fails("none named", bound("")),
    inapplicable("no port", with_container(plain_inspect())),
    inapplicable("a swarm task", with_container(), says="Swarm opens"),
    unknown("the node is gone", GONE),
)
