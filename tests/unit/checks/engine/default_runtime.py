from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import inspect, missing, on_engine, on_node, plain_inspect, with_container

CASES = (
    passes("ours", on_engine()),
    fails("runc", on_engine(default_runtime="runc"), says="`runc`"),
    fails("a name of ours with another path", on_engine(runtimes={"harden": {"path": "/tmp/evil"}}), says="/tmp/evil"),
    passes("named by a container, too", with_container(inspect(runtime="harden"))),
    fails("a container by another one", with_container(plain_inspect(runtime="runc")), says="but tool by `runc`"),
    unknown("containers could not be read", on_engine(containers=missing())),
    unknown("the policy could not be read", on_node(policy=missing())),
    unknown("the policy is no policy", on_node(policy=Known('{"services": []}'))),
    inapplicable("no policy on the node", on_node(policy=Known(""))),
)
