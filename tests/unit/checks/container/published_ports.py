from hardening.model.engine import PortBinding
from hardening.model.facts import Facts
from tests.unit.checks.cases import fails, inapplicable, manual, passes, unknown
from tests.unit.facts_factory import GONE, cluster, container, node, plain_inspect, with_container


def publishing(address: str, port: str, allowed: tuple[int, ...] | None = (80, 443)) -> Facts:
    inspected = plain_inspect(ports={"5432/tcp": (PortBinding(address, port),), "9/udp": None})
    return cluster(node(container(inspected)), allowed_ports=allowed)


CASES = (
    passes("one of the allow-list", publishing("", "443"), says="*:443 to 5432/tcp"),
    fails("another one", publishing("", "5432"), says="*:5432 to 5432/tcp"),
    fails("on one address of the node", publishing("10.0.0.1", "5432"), says="10.0.0.1:5432"),
    manual("without an allow-list", publishing("::", "443", allowed=None), says="no allow-list"),
    inapplicable("for this machine alone", publishing("127.0.0.1", "5432")),
    inapplicable("no port", with_container(plain_inspect())),
    inapplicable("a service's", with_container()),
    unknown("the node is gone", GONE),
)
