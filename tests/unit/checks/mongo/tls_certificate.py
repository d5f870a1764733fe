from hardening.model.facts import Facts
from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import NOW, altered_inside, certificate_pem, cluster, endpoint, missing, with_mongod

DAY = 86400


def showing(start: float = NOW - 10 * DAY, days: int = 90, name: str = "mongo1", issuer: str = "shop-ca") -> Facts:
    pem = certificate_pem(start, days, name, issuer=issuer, called=name)
    return with_mongod(inside=altered_inside(endpoints=Known((endpoint(27017, certificate=pem),))))


CASES = (
    passes("in date and for its name", with_mongod(), says="valid until"),
    fails("ended", showing(NOW - 100 * DAY), says="port 27017: ended on"),
    fails("ends this week", showing(NOW - 85 * DAY), says="in 5 days"),
    fails("not valid yet", showing(NOW + DAY)),
    fails("for another name", showing(name="mongo9"), says="is not for mongo1"),
    fails("signed by itself", showing(issuer=""), says="signed by itself"),
    unknown("none sent", with_mongod(inside=altered_inside(endpoints=Known((endpoint(27017, certificate=""),))))),
    unknown("not called", with_mongod(inside=altered_inside(endpoints=missing()))),
    inapplicable("no database", cluster()),
)
