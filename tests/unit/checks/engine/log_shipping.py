from tests.unit.checks.cases import fails, manual, passes, unknown
from tests.unit.facts_factory import on_engine

CASES = (
    passes("sent away", on_engine(logging_driver="syslog"), says="syslog"),
    manual("kept here", on_engine(), says="json-file"),
    fails("thrown away", on_engine(logging_driver="none"), says="throws away"),
    unknown("not told", on_engine(logging_driver="")),
)
