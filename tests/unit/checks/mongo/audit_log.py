from hardening.model.facts import Facts
from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import missing, options, with_every_mongod, with_mongod


def enterprise(**sections: object) -> Facts:
    return with_mongod(modules=Known(("enterprise",)), cmd_line=options(**sections))


CASES = (
    passes("kept", enterprise(auditLog={"destination": "file"}), says="file"),
    fails("not kept", enterprise(), says="off"),
    inapplicable("Community", with_every_mongod(), says="Community"),
    unknown("edition not read", with_mongod(modules=missing())),
    unknown("options not read", with_mongod(modules=Known(("enterprise",)), cmd_line=missing())),
)
