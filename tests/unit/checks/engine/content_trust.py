from tests.unit.checks.cases import inapplicable, manual, passes, unknown
from tests.unit.facts_factory import GONE, NO_SWARM, missing, on_node, with_settings

CASES = (
    passes("enforced", with_settings(content_trust={"mode": "enforced"})),
    inapplicable("a swarm", on_node(), says="swarm-image-pinned"),
    manual("an engine alone", NO_SWARM, says="DOCKER_CONTENT_TRUST"),
    unknown("settings not read", on_node(daemon_config=missing())),
    unknown("the node is gone", GONE),
)
