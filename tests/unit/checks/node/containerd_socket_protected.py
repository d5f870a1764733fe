from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import NO_FILE, file, files, missing, on_node

SOCKET = "/run/containerd/containerd.sock"

CASES = (
    passes("root:root 0660", on_node()),
    fails("the docker group may use it", on_node(files=files(x=(SOCKET, file(0o660, group="docker")))), says="docker"),
    unknown("not read", on_node(files=files(x=(SOCKET, missing())))),
    inapplicable("elsewhere", on_node(files=files(x=(SOCKET, NO_FILE)))),
)
