from hardening.model.engine import Mount
from hardening.model.facts import Facts
from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import GONE, inspect, with_container


def mounting(source: str, kind: str = "bind") -> Facts:
    return with_container(inspect(mounts=(Mount(kind, source, "/host"),)))


CASES = (
    passes("a volume", with_container()),
    passes("a folder of one's own", mounting("/srv/data")),
    passes("a name that begins alike", mounting("/etcetera")),
    fails("/etc", mounting("/etc"), says="/etc on /host (ro)"),
    fails("below /proc", mounting("/proc/sys")),
    fails("everything", mounting("/")),
    unknown("the node is gone", GONE),
)
