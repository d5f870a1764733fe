from hardening.model.engine import Mount
from hardening.model.facts import Facts
from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import GONE, inspect, with_container


def mounting(source: str, kind: str = "bind") -> Facts:
    return with_container(inspect(mounts=(Mount(kind, source, "/host"),)))


CASES = (
    passes("other mounts", with_container()),
    passes("a folder with a similar name", mounting("/run/docker.socks")),
    passes("a volume", mounting("/run", "volume")),
    fails("the socket", mounting("/run/docker.sock")),
    fails("by its old name", mounting("/var/run/docker.sock")),
    fails("the folder that holds it", mounting("/run"), says="/run on /host"),
    fails("that folder by its old name", mounting("/var/run/")),
    fails("the whole node", mounting("/")),
    fails("containerd's socket", mounting("/run/containerd/containerd.sock")),
    fails("containerd's folder, by a detour", mounting("/run/../run/containerd")),
    unknown("the node is gone", GONE),
)
