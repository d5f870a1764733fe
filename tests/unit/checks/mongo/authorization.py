from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import cluster, missing, on_node, options, with_mongod

ON_ITS_WAY = {"authorization": "enabled", "keyFile": "/k", "transitionToAuth": True}

CASES = (
    passes("enabled", with_mongod()),
    passes("implied by a keyfile", with_mongod(cmd_line=options(security={"keyFile": "/k"}))),
    fails("not set", with_mongod(cmd_line=options(security=None)), says="not set"),
    fails("disabled", with_mongod(cmd_line=options(security={"authorization": "disabled", "keyFile": "/k"}))),
    fails("on its way", with_mongod(cmd_line=options(security=ON_ITS_WAY)), says="not enforced yet"),
    unknown("not told", with_mongod(cmd_line=missing("not authorized"))),
    unknown("no document", with_mongod(cmd_line=Known("[]"))),
    unknown("an engine is silent, so a member may be hidden", on_node(engine=missing())),
    inapplicable("no mongod", cluster()),
)
