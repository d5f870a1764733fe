from hardening.model.facts import DiskFacts
from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import GB, on_node

CASES = (
    passes("half free", on_node()),
    fails("nearly full", on_node(disks=(DiskFacts("/", "/", "/dev/vda1", 100 * GB, 3 * GB),)), says="3% free"),
    unknown("nothing was looked at", on_node(disks=())),
)
