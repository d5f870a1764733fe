import json

from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import POLICY, cluster, container, missing, node, plain_inspect, with_container


def policy(egress: str | None) -> Known[str]:
    web = {"apparmor": "harden-web", "seccomp": "/etc/harden/seccomp/web.json"}
    return Known(json.dumps(POLICY | {"profiles": {"web": web | ({"egress": egress} if egress else {})}}))


UNDEFINED = Known(json.dumps(POLICY | {"profiles": {}}))

CASES = (
    passes("its fence stands", with_container()),
    passes("a plain container, by its label", with_container(plain_inspect(labels={"harden.profile": "web"}))),
    fails("no fence", with_container(fence=Known("no fence stands")), says="no fence stands"),
    fails("on the node's network", with_container(fence=Known("it shares the network of the node")), says="the node"),
    fails("a role without a profile", cluster(node(container(), policy=UNDEFINED)), says="does not define"),
    unknown("the kernel did not tell", with_container(fence=missing())),
    unknown("an older collector's facts", with_container(fence=missing("was not asked"))),
    unknown("the policy could not be read", cluster(node(container(), policy=missing()))),
    inapplicable(
        "it may dial anywhere", cluster(node(container(fence=Known("no fence stands")), policy=policy("any")))
    ),
    inapplicable("a policy of before", cluster(node(container(fence=Known("no fence stands")), policy=policy(None)))),
    inapplicable("not named", with_container(plain_inspect(), fence=Known("no fence stands"))),
    inapplicable("no policy", cluster(node(container(), policy=Known("")))),
)
