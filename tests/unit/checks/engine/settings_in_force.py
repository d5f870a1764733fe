from hardening.model.known import Known
from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import NO_FILE, NOW, file, files, missing, on_node

ELSEWHERE = Known(("dockerd", "--config-file=/srv/d.json"))
PATH = "/etc/docker/daemon.json"

CASES = (
    passes("older than the engine", on_node()),
    passes("no file", on_node(files=files(x=(PATH, NO_FILE)))),
    fails("changed since", on_node(files=files(x=(PATH, file(mtime=NOW - 10)))), says="990 s after"),
    fails(
        "another file that the engine was told to read",
        on_node(daemon_argv=ELSEWHERE, files=files(x=("/srv/d.json", file(mtime=NOW - 10)))),
        says="/srv/d.json",
    ),
    unknown("another file that was not looked at", on_node(daemon_argv=ELSEWHERE), says="/srv/d.json"),
    unknown("the command line is not known", on_node(daemon_argv=missing())),
    unknown("the file could not be read", on_node(files=files(x=(PATH, missing())))),
    unknown("the start is not known", on_node(daemon_started=missing())),
)
