from hardening.model.engine import Mount
from hardening.model.facts import ContainerFacts, Facts
from hardening.model.known import Known
from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import GONE, cluster, container, engine, inspect, node, with_container


def mounted(source: str, kind: str = "bind") -> ContainerFacts:
    return container(inspect(mounts=(Mount(kind, source, "/host"),)))


def mounting(source: str) -> Facts:
    return cluster(node(mounted(source)))


def leading(source: str, *reaches: str, kind: str = "bind") -> Facts:
    """A mount that leads elsewhere than its name says."""
    return with_container(inspect(mounts=(Mount(kind, source, "/host", reaches=reaches),)))


VOLUME = "/var/lib/docker/volumes/x/_data"

CASES = (
    passes("a volume", with_container()),
    passes("a folder of one's own", mounting("/srv/data")),
    passes("a name that begins alike", mounting("/etcetera")),
    fails("/etc", mounting("/etc"), says="/etc on /host (ro)"),
    fails("below /proc", mounting("/proc/sys")),
    fails("everything", mounting("/")),
    fails("a folder above", mounting("/var"), says="/var on /host"),
    fails("programs by their old name", mounting("/sbin")),
    fails("everybody's own folders", mounting("/home")),
    fails("somebody's own folder", mounting("/home/eve/")),
    fails("keys to log in by", mounting("/home/eve/.ssh")),
    passes("data below somebody's folder", mounting("/home/eve/data")),
    fails(
        "the engine's data, moved elsewhere",
        cluster(node(engine=Known(engine(mounted("/srv"), docker_root_dir="/srv/docker")))),
    ),
    fails("a link", leading("/srv/innocent", "/etc"), says="/srv/innocent, which leads to /etc on /host"),
    fails(
        "a volume that leads elsewhere", leading(VOLUME, "/root", VOLUME, kind="volume"), says="which leads to /root"
    ),
    passes("a volume", leading(VOLUME, VOLUME, kind="volume")),
    passes("a volume of an engine whose data are elsewhere", leading(VOLUME, "/data/volumes/x/_data", kind="volume")),
    fails("a mount of the node's", leading("/srv/innocent", "/etc", "/srv/innocent"), says="which leads to /etc"),
    passes("a folder with two names", leading("/srv/data", "/mnt/disk/data", "/srv/data")),
    passes("its own files", mounting("/var/lib/docker/containers/c1/hostname")),
    fails("another container's", mounting("/var/lib/docker/containers/c2")),
    unknown("the node is gone", GONE),
)
