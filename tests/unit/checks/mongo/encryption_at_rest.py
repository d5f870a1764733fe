from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import missing, options, with_every_mongod, with_mongod

ENTERPRISE = Known(("enterprise",))

CASES = (
    passes("on", with_mongod(modules=ENTERPRISE, cmd_line=options(security={"enableEncryption": True}))),
    fails("off", with_mongod(modules=ENTERPRISE)),
    inapplicable("Community", with_every_mongod(), says="LUKS"),
    unknown("edition not read", with_mongod(modules=missing())),
)
