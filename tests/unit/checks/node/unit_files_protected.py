from hardening.checks.files import PROGRAMS
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import NO_FILE, file, files, missing, on_node

UNIT, OWN = "/lib/systemd/system/docker.service", "/etc/systemd/system/docker.service"
ALL = [path for path in files() if "/systemd/" in path or path in PROGRAMS]

CASES = (
    passes("root's, 0644", on_node()),
    fails("writable by all", on_node(files=files(x=(UNIT, file(0o666)))), says="0666"),
    fails("an administrator's own that a user owns", on_node(files=files(x=(OWN, file(user="ops")))), says="ops"),
    fails("what is put in beside it", on_node(files=files(x=(f"{OWN}.d/proxy.conf", file(0o664)))), says="proxy.conf"),
    fails("the folder of that", on_node(files=files(x=(f"{OWN}.d", file(0o777, kind="directory")))), says="0777"),
    fails("containerd's unit", on_node(files=files(x=(UNIT.replace("docker", "containerd"), file(0o646)))), "0646"),
    fails("a program that all may write", on_node(files=files(x=("/usr/sbin/runc", file(0o777)))), says="runc is"),
    fails("a program of a user's", on_node(files=files(x=("/usr/sbin/dockerd", file(0o755, "eve")))), says="eve"),
    unknown("a program not read", on_node(files=files(x=("/usr/sbin/runc", missing())))),
    unknown("not read", on_node(files=files(x=(UNIT, missing())))),
    inapplicable("installed elsewhere", on_node(files=files(**{path: (path, NO_FILE) for path in ALL}))),
)
