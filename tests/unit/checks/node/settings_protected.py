from hardening.model.known import Known
from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import file, files, missing, on_node

ELSEWHERE = Known(("dockerd", "--config-file", "/srv/d.json"))

CASES = (
    passes("root's own", on_node()),
    passes("tighter than asked for", on_node(files=files(x=("/etc/docker/daemon.json", file(0o600))))),
    fails("daemon.json writable by a group", on_node(files=files(x=("/etc/docker/daemon.json", file(0o664)))), "0664"),
    fails("the folder writable by all", on_node(files=files(x=("/etc/docker", file(0o777)))), says="/etc/docker is"),
    fails("a group other than root", on_node(files=files(x=("/etc/default/docker", file(group="adm")))), says="adm"),
    fails("containerd's", on_node(files=files(x=("/etc/containerd/config.toml", file(0o666)))), says="config.toml"),
    fails("data that all may write", on_node(files=files(x=("/var/lib/docker", file(0o777, kind="directory"))))),
    passes("data of the mapped root's group", on_node(files=files(x=("/var/lib/docker", file(0o710, group="100000"))))),
    fails("containerd's data", on_node(files=files(x=("/run/containerd", file(0o755, "eve", kind="directory"))))),
    fails(
        "another file that the engine was told to read",
        on_node(daemon_argv=ELSEWHERE, files=files(x=("/srv/d.json", file(0o666)))),
        says="/srv/d.json",
    ),
    unknown("the command line is not known", on_node(daemon_argv=missing())),
    unknown("not read", on_node(files=files(x=("/etc/docker/daemon.json", missing())))),
)
