from hardening.model.facts import Facts
from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import NOW, cluster, missing, offered, options, with_every_mongod, with_mongod

DAY = 86400


def showing(start: float = -10, days: float = 90, name: str = "mongo1") -> Facts:
    return with_mongod(certificate=Known(offered(name, NOW + start * DAY, NOW + (start + days) * DAY)))


CASES = (
    passes("in date and for its name", with_mongod(), says="valid until"),
    fails("ended", showing(-100), says="ended on"),
    fails("ends this week", showing(-85), says="in 5 days"),
    fails("not valid yet", showing(1)),
    fails("for another name", showing(name="mongo9"), says="is not for mongo1"),
    unknown("not called", with_mongod(certificate=missing())),
    inapplicable("no TLS", with_every_mongod(cmd_line=options(net={"port": 27017}))),
    inapplicable("no database", cluster()),
)
