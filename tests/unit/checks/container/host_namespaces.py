from hardening.model.engine import Inspect
from hardening.model.facts import Facts
from hardening.model.known import Known
from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import (
    cluster,
    container,
    inspect,
    missing,
    node,
    on_engine,
    plain_inspect,
    with_container,
)

OTHER = inspect(id="c9", name="/lender", ipc_mode="container:tool", labels={})
OLD = container(inspect(cgroupns_mode="host"))


def sharing(lender: Inspect, **changes: str) -> Facts:
    """A container that shares something with another one."""
    return cluster(node(container(plain_inspect(**changes)), container(lender)))


CASES = (
    passes("all its own", with_container()),
    fails("network", with_container(inspect(network_mode="host")), says="network: host"),
    fails("processes", with_container(inspect(pid_mode="host")), says="pid: host"),
    fails("another container's processes", with_container(inspect(pid_mode="container:abc")), says="container:abc"),
    fails("IPC", with_container(inspect(ipc_mode="host")), says="ipc"),
    fails("host name", with_container(inspect(uts_mode="host")), says="uts"),
    fails("users", with_container(inspect(userns_mode="host")), says="userns"),
    fails("control groups", with_container(inspect(cgroupns_mode="host")), says="cgroup: host"),
    passes("control groups of the first version", on_engine(cgroup_version="1", containers=Known((OLD,)))),
    fails(
        "the network of a container that has the node's",
        sharing(inspect(id="c9", name="/lender", network_mode="host", labels={}), network_mode="container:c9"),
        says="network: that of a container which has the node's",
    ),
    fails(
        "by name, over two more",
        sharing(inspect(id="c9", name="/lender", ipc_mode="host", labels={}), ipc_mode="container:lender"),
        says="ipc: that of a container",
    ),
    passes("the network of another container", sharing(OTHER, network_mode="container:c9"), says="container's network"),
    unknown("of one that is not there", sharing(OTHER, network_mode="container:gone"), says="container:gone"),
    passes("in a circle", sharing(OTHER, ipc_mode="container:c9", name="/tool"), says="its own"),
    unknown("containers could not be read", on_engine(containers=missing())),
)
