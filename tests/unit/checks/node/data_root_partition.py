from hardening.model.facts import DiskFacts
from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import GB, on_node

ROOT = "/var/lib/docker/100000.100000"

CASES = (
    passes("its own file system", on_node()),
    fails("on the root file system", on_node(disks=(DiskFacts(ROOT, "/", "/dev/vda1", GB, GB),)), says="on /"),
    unknown("not looked at", on_node(disks=())),
)
