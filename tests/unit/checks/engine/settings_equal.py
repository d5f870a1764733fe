import json

from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import SETTINGS, cluster, missing, node, settings

REORDERED = Known(json.dumps(dict(reversed(SETTINGS.items())), indent=4))

CASES = (
    passes("the same in another order", cluster(node(), node(daemon_config=REORDERED))),
    fails("one key differs", cluster(node(), node(), node(daemon_config=settings(icc=True)))),
    fails(
        "a flag more",
        cluster(node(), node(), node(daemon_argv=Known(("dockerd", "-H", "fd://", "--dns=192.0.2.1")))),
        says="-H, --dns)",
    ),
    passes("another place of the program", cluster(node(), node(daemon_argv=Known(("dockerd", "-H", "fd://"))))),
    unknown("one could not be read", cluster(node(), node(), node(daemon_config=missing()))),
    unknown("one is no JSON", cluster(node(), node(daemon_config=Known("{"))), says="not JSON"),
    inapplicable("a single node", cluster(node())),
)
