from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import GONE, cluster, container, inspect, missing, node, plain_inspect

OTHER = container(inspect(image="sha256:" + "c" * 64))

CASES = (
    passes("one image", cluster(node(container()), node(container()))),
    fails("another on one node", cluster(node(container()), node(OTHER)), says="cccccccccccc on node2"),
    unknown("an engine is silent", cluster(node(container()), node(engine=missing())), says="other tasks may run"),
    fails("two images, and an engine is silent", cluster(node(container()), node(OTHER), node(engine=missing()))),
    unknown("the node is gone", GONE),
    inapplicable("no service", cluster(node(container(plain_inspect())))),
)
