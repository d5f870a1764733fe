from hardening.model.engine import Mount
from hardening.model.facts import Facts
from hardening.model.known import Known
from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import (
    GONE,
    cluster,
    container,
    engine,
    inspect,
    missing,
    node,
    on_node,
    settings,
    with_container,
)


def mounting(source: str, kind: str = "bind") -> Facts:
    return with_container(inspect(mounts=(Mount(kind, source, "/host"),)))


MOUNTED = container(inspect(mounts=(Mount("bind", "/srv/engine", "/host"),)))

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
    fails("the socket of containerd that the engine starts itself", mounting("/run/docker/containerd")),
    fails(
        "a socket elsewhere",
        on_node(engine=Known(engine(MOUNTED)), daemon_config=settings(hosts=["unix:///srv/engine/docker.sock"])),
        says="/srv/engine on /host",
    ),
    fails(
        "a link to the socket's folder",
        with_container(inspect(mounts=(Mount("bind", "/srv/x", "/host", reaches=("/run",)),))),
        says="/srv/x, which leads to /run on /host",
    ),
    unknown(
        "where the engine listens is not known",
        on_node(engine=Known(engine(MOUNTED)), daemon_config=missing()),
    ),
    passes("nothing is mounted", cluster(node(container(inspect(mounts=())), daemon_config=missing()))),
    unknown("the node is gone", GONE),
)
