from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import inspect, missing, on_engine, with_container

CASES = (
    passes("all its own", with_container()),
    fails("network", with_container(inspect(network_mode="host")), says="network: host"),
    fails("processes", with_container(inspect(pid_mode="host")), says="pid: host"),
    fails("another container's processes", with_container(inspect(pid_mode="container:abc")), says="container:abc"),
    fails("IPC", with_container(inspect(ipc_mode="host")), says="ipc"),
    fails("host name", with_container(inspect(uts_mode="host")), says="uts"),
    fails("users", with_container(inspect(userns_mode="host")), says="userns"),
    unknown("containers could not be read", on_engine(containers=missing())),
)
