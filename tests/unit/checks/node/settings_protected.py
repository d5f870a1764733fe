from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import file, files, missing, on_node

CASES = (
    passes("root's own", on_node()),
    passes("tighter than asked for", on_node(files=files(x=("/etc/docker/daemon.json", file(0o600))))),
    fails("daemon.json writable by a group", on_node(files=files(x=("/etc/docker/daemon.json", file(0o664)))), "0664"),
    fails("the folder writable by all", on_node(files=files(x=("/etc/docker", file(0o777)))), says="/etc/docker is"),
    fails("a group other than root", on_node(files=files(x=("/etc/default/docker", file(group="adm")))), says="adm"),
    unknown("not read", on_node(files=files(x=("/etc/docker/daemon.json", missing())))),
)
