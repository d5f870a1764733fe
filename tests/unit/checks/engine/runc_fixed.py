from tests.unit.checks.cases import fails, manual, passes, unknown
from tests.unit.facts_factory import on_engine

CASES = (
    passes("the fixed release of its line", on_engine(component_versions={"runc": "1.2.8"})),
    passes("a newer line", on_engine(component_versions={"runc": "1.5.0"})),
    fails("one before the fix", on_engine(component_versions={"runc": "1.3.2"}), says="1.3.2"),
    fails("a line that got no fix", on_engine(component_versions={"runc": "1.1.15"})),
    manual("a distribution's build", on_engine(component_versions={"runc": "1.1.15+ds1"}), says="changelog"),
    passes("told under the default runtime's name", on_engine(component_versions={"harden": "1.3.3"}), says="1.3.3"),
    unknown("not told", on_engine(component_versions={"Engine": "28.5.2"})),
)
