from hardening.model.facts import Listener
from hardening.model.known import Known
from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import missing, on_node, settings, with_settings

OPEN = ["unix:///run/docker.sock", "tcp://0.0.0.0:2375"]
FLAGS = Known(("dockerd", "-H", "fd://", "-H", "tcp://0.0.0.0:2375"))

CASES = (
    passes("the Unix socket only", on_node()),
    passes("TCP with client certificates", with_settings(hosts=["tcp://10.0.0.1:2376"], tlsverify=True), says="true"),
    fails("plain TCP in daemon.json", with_settings(hosts=OPEN), says="tcp://0.0.0.0:2375"),
    fails("TLS without client certificates", with_settings(hosts=["tcp://10.0.0.1:2376"], tls=True), says="false"),
    fails("plain TCP by flag", on_node(daemon_argv=FLAGS), says="2375"),
    fails(
        "somebody else forwards the port",
        on_node(listeners=Known((Listener("tcp", "0.0.0.0", 2375, "socat"),))),  # noqa: S104 - a fact
        says="0.0.0.0:2375",
    ),
    fails(
        "somebody else forwards the port of an engine that verifies",
        on_node(daemon_config=settings(tlsverify=True), listeners=Known((Listener("tcp", "10.0.0.1", 2375, "socat"),))),
        says="10.0.0.1:2375 by socat",
    ),
    fails(
        "containerd's",
        on_node(listeners=Known((Listener("tcp", "10.0.0.1", 9999, "containerd"),))),
        says="10.0.0.1:9999 by containerd",
    ),
    passes("containerd's own", on_node(listeners=Known((Listener("tcp6", "::1", 9999, "containerd"),)))),
    fails(
        "systemd opens a port for it",
        on_node(listeners=Known((Listener("tcp6", "::", 4243, "dockerd,systemd"),))),
        says=":::4243",
    ),
    passes("a service's port", on_node(listeners=Known((Listener("tcp6", "::", 4243, "dockerd"),)))),
    unknown("settings not read", on_node(daemon_config=missing())),
    unknown("sockets not read", on_node(listeners=missing())),
)
