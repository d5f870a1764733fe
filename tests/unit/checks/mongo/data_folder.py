from hardening.model.facts import Facts, FileFacts, Inside
from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import NO_FILE, cluster, file, missing, with_mongod

LOCK = file(0o600, "mongodb", "mongodb", uid=999)


def folder(mode: int = 0o700, uid: int = 999, lock: Known[FileFacts | None] = LOCK) -> Facts:
    files = {"/data/db": file(mode, "mongodb", "mongodb", kind="directory", uid=uid), "/data/db/mongod.lock": lock}
    return with_mongod(inside=Known(Inside(dict(files), users=(999,))))


CASES = (
    passes("private", with_mongod(), says="/data/db"),
    fails("open to others", folder(0o755), says="/data/db is mongodb:mongodb 0755"),
    fails("somebody else's", folder(uid=0)),
    unknown("the lock is gone", folder(lock=NO_FILE)),
    unknown("no lock is open", with_mongod(inside=Known(Inside()))),
    unknown("not looked at", with_mongod(inside=missing())),
    inapplicable("no database", cluster()),
)
