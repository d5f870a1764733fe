from typing import Any

from hardening.model.engine import ContainerRestartPolicy, Endpoint, Mount
from hardening.model.facts import Facts, ProcessFacts
from hardening.model.known import Known
from hardening.model.swarm import Privileges, ServiceMount, TaskStatus
from tests.unit import facts_factory as given
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import (
    cluster,
    container,
    in_swarm,
    inspect,
    missing,
    node,
    plain_inspect,
    with_container,
    with_service,
)

BIND = Mount("bind", "/srv", "/host", rw=True)
SYSCTLS = {"net.core.somaxconn": "4096"}
LABELS = {"com.docker.swarm.service.name": "shop_web"}
ASKED = ServiceMount("bind", "/srv", "/host", read_only=True)


def asking(
    *processes: ProcessFacts,
    found: tuple[Mount, ...] = (),
    host: dict[str, str] | None = None,
    **changes: Any,  # noqa: ANN401 - any field of a definition
) -> Facts:
    """A service that asks for something more, and its container."""
    service = given.service(**changes)
    told = given.swarm(services=(service,), tasks=(given.task(service),))
    return cluster(node(container(inspect(mounts=found, sysctls=host), *processes), swarm=Known(told)))


def mounting(*, rw: bool) -> Facts:
    return asking(mounts=(ASKED,), found=(Mount("bind", "/srv", "/host", rw=rw),))


CASES = (
    passes("as asked for", with_container()),
    fails("another image", with_service(image="registry:5000/web@sha256:" + "f" * 64), says="image"),
    fails("another user", with_container(inspect(user="root")), says="user: asked 10001:10001, found root"),
    fails(
        "a capability more",
        with_container(inspect(cap_add=("CAP_SYS_ADMIN",))),
        says="added capabilities: asked none, found SYS_ADMIN",
    ),
    fails("none dropped", with_container(inspect(cap_drop=None)), says="dropped"),
    fails(
        "the root is writable in the kernel",
        with_container(root_read_only=Known(value=False)),
        says="root: asked read-only, found writable",
    ),
    fails("another memory limit", with_container(inspect(memory=1)), says="memory"),
    fails("no process limit", with_container(inspect(pids_limit=None)), says="process limit"),
    fails("a CPU weight", with_container(inspect(cpu_shares=2)), says="CPU weight: asked none, found 2"),
    fails("a CPU quota", with_container(inspect(cpu_quota=1000)), says="CPU quota"),
    fails("another CPU limit", with_container(inspect(nano_cpus=0)), says="CPU"),
    fails("a mount that nobody asked for", with_container(inspect(mounts=(BIND,))), says="/host: nobody asked"),
    passes("a mount as asked for", mounting(rw=False)),
    fails("a mount that is writable", mounting(rw=True), says="asked read-only, found writable"),
    fails(
        "a mount of something else",
        asking(mounts=(ASKED,), found=(Mount("bind", "/home/", "/host"),)),
        says="mount /host: asked /srv, found /home",
    ),
    fails(
        "a folder in the place of a volume",
        asking(mounts=(ServiceMount("volume", "x", "/host"),), found=(BIND,)),
        says="mount /host: asked a volume, found /srv",
    ),
    fails("a mount that is missing", asking(mounts=(ASKED,)), says="mount /host: asked for, missing"),
    fails("a variable that is missing", asking(env=("PATH", "MODE")), says="variables missing: MODE"),
    fails("another network", with_container(inspect(networks={"other": Endpoint("n7")})), says="network n1"),
    fails(
        "a network more",
        with_container(inspect(networks={"shop_data": Endpoint("n1"), "other": Endpoint("n7")})),
        says="network other: nobody asked for it",
    ),
    fails(
        "the node's own network beside its own",
        with_container(inspect(networks={"shop_data": Endpoint("n1"), "bridge": Endpoint("b")})),
        says="network bridge: nobody asked for it",
    ),
    passes("ports", with_container(inspect(networks={"shop_data": Endpoint("n1"), "ingress": Endpoint("i")}))),
    fails(
        "started again by the engine",
        with_container(inspect(restart_policy=ContainerRestartPolicy("always"))),
        says="the engine itself starts it again: always",
    ),
    passes("the node's own network", with_container(inspect(networks={"host": Endpoint("h")}))),
    passes("no new privileges, as asked for", asking(privileges=Privileges(no_new_privileges=True))),
    fails(
        "privileges may be gained",
        asking(given.process(no_new_privileges=False), privileges=Privileges(no_new_privileges=True)),
        says="web may gain some",
    ),
    fails("kernel parameters", with_container(inspect(sysctls={"net.ipv4.ip_forward": "1"})), says="ip_forward=1"),
    passes("kernel parameters as asked for", asking(host=SYSCTLS, sysctls=SYSCTLS)),
    fails("another one with a task's labels", with_container(inspect(id="c2")), says="than that of the task, c1"),
    fails("a service's label and no task", with_container(inspect(labels=LABELS)), says="no task of shop_web"),
    unknown("the task's container is not told", in_swarm(tasks=(given.task(status=TaskStatus("running")),))),
    unknown("the mount table could not be read", with_container(root_read_only=missing())),
    unknown("the swarm could not be asked", cluster(node(container(), swarm=missing()))),
    unknown("the swarm does not tell", with_service(container_spec=None)),
    inapplicable("a plain container", with_container(plain_inspect())),
)
