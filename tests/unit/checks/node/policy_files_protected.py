from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import FENCE, RUNTIME, RUNTIME_MODULE, file, files, missing, on_node

CASES = (
    passes("root's own", on_node()),
    fails("the fence is writable by its group", on_node(files=files(x=(FENCE, file(0o664)))), says="0664"),
    fails("the runtime is writable by its group", on_node(files=files(x=(RUNTIME, file(0o775)))), says="0775"),
    fails(
        "others own its module", on_node(files=files(x=(RUNTIME_MODULE, file(user="eve")))), says="runtime.py is eve"
    ),
    fails(
        "the policy belongs to somebody", on_node(files=files(x=("/etc/harden/policy.json", file(user="eve")))), "eve"
    ),
    fails(
        "others may write their folder",
        on_node(files=files(x=("/etc/harden/seccomp", file(0o777, kind="directory")))),
        says="/etc/harden/seccomp is root:root 0777",
    ),
    fails("a unit of ours", on_node(files=files(x=("/etc/systemd/system/harden-dns.service", file(0o666)))), "dns"),
    fails("read at boot", on_node(files=files(x=("/etc/sysctl.d/60-harden.conf", file(0o666)))), "60-harden"),
    passes("somebody else's", on_node(files=files(x=("/etc/sysctl.d/99-other.conf", file(0o666))))),
    unknown("a profile could not be read", on_node(files=files(x=("/etc/apparmor.d/harden-web", missing())))),
    inapplicable("no policy", on_node(policy=Known(""))),
)
