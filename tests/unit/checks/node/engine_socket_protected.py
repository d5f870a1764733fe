from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import NO_FILE, file, files, missing, on_node, settings

SOCKET = "/run/docker.sock"
ELSEWHERE = settings(hosts=[f"unix://{SOCKET}", "unix:///srv/d.sock"])

CASES = (
    passes("root:docker 0660", on_node()),
    fails("open to all", on_node(files=files(x=(SOCKET, file(0o666, group="docker")))), says="0666"),
    fails("another group", on_node(files=files(x=(SOCKET, file(0o660, group="users")))), says="users"),
    fails("opened by a list", on_node(files=files(x=(SOCKET, file(0o660, group="docker", acl=True)))), says="list"),
    fails("a second one", on_node(daemon_config=ELSEWHERE, files=files(x=("/srv/d.sock", file(0o666)))), says="d.sock"),
    passes("a second one, alike", on_node(daemon_config=ELSEWHERE, files=files(x=("/srv/d.sock", file(0o660))))),
    passes("by its old name", on_node(daemon_config=settings(hosts=["unix:///var/run/docker.sock"]))),
    unknown("a second one that was not looked at", on_node(daemon_config=ELSEWHERE), says="/srv/d.sock"),
    unknown("the settings not read", on_node(daemon_config=missing())),
    unknown("not read", on_node(files=files(x=(SOCKET, missing())))),
    unknown("not there", on_node(files=files(x=(SOCKET, NO_FILE)))),
)
