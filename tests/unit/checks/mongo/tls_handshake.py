from hardening.model.facts import Facts
from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import (
    altered_inside,
    cluster,
    endpoint,
    missing,
    options,
    with_every_mongod,
    with_mongod,
)


def speaking(**protocols: bool) -> Facts:
    told = {name.replace("_", "."): on for name, on in protocols.items()}
    return with_mongod(inside=altered_inside(endpoints=Known((endpoint(27017, protocols=told),))))


SILENT = altered_inside(endpoints=Known(()))

CASES = (
    passes("new ones only", with_mongod(), says="TLSv1.2, TLSv1.3"),
    fails("an old one", speaking(TLSv1=True, TLSv1_1=True, TLSv1_2=True), says="TLSv1, TLSv1.1"),
    unknown("one that the node cannot speak", speaking(TLSv1_2=True), says="cannot speak TLSv1"),
    unknown("not called", with_mongod(inside=altered_inside(endpoints=missing()))),
    unknown("not looked at", with_mongod(inside=missing())),
    unknown("no answer, though it should speak TLS", with_mongod(inside=SILENT), says="no handshake was answered"),
    inapplicable("no TLS", with_every_mongod(inside=SILENT, cmd_line=options(net={}))),
    inapplicable("no database", cluster()),
)
