from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import NO_FILE, file, files, missing, on_node

SOCKET = "/run/docker.sock"

CASES = (
    passes("root:docker 0660", on_node()),
    fails("open to all", on_node(files=files(x=(SOCKET, file(0o666, group="docker")))), says="0666"),
    fails("another group", on_node(files=files(x=(SOCKET, file(0o660, group="users")))), says="users"),
    unknown("not read", on_node(files=files(x=(SOCKET, missing())))),
    unknown("not there", on_node(files=files(x=(SOCKET, NO_FILE)))),
)
