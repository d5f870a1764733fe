from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import NO_FILE, RUNTIME_MODULE, cluster, file, files, missing, node

SECCOMP = "/etc/harden/seccomp/web.json"
CHANGED = files(x=(SECCOMP, file(sha256="cd" * 32)))

CASES = (
    passes("the same everywhere", cluster(node(), node(), node())),
    passes("no policy anywhere", cluster(node(policy=Known("")), node(policy=Known("")))),
    fails("one file was changed", cluster(node(), node(), node(files=CHANGED))),
    fails(
        "the runtime was changed",
        cluster(node(), node(), node(files=files(x=(RUNTIME_MODULE, file(sha256="cd" * 32))))),
    ),
    fails("one file is missing", cluster(node(), node(), node(files=files(x=(SECCOMP, NO_FILE))))),
    unknown("content was not read", cluster(node(), node(files=files(x=(SECCOMP, file(sha256="")))))),
    unknown("a file could not be read", cluster(node(), node(files=files(x=(SECCOMP, missing()))))),
    unknown("a policy could not be read", cluster(node(), node(policy=missing()))),
    inapplicable("a single node", cluster(node())),
)
