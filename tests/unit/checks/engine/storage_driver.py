from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import on_engine

CASES = (
    passes("overlay2", on_engine()),
    fails("aufs", on_engine(driver="aufs")),
    fails("devicemapper", on_engine(driver="devicemapper")),
    unknown("not told", on_engine(driver="")),
)
