"""Can others than the server read its data files?"""

from collections.abc import Iterator

from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Known,
    Severity,
    Unavailable,
    all_of,
    cis_mongodb,
    given,
    per_member,
)
from hardening.model.facts import FileFacts, Inside, MongoMember

LOCK = "/mongod.lock"
OTHERS = 0o007


def judge(member: MongoMember) -> Answer:
    """The folder by the lock that the server holds open in it, looked at from the container's own root."""

    def read(inside: Inside) -> Answer:
        return all_of(
            _observations(inside),
            fine=f"{', '.join(_folders(inside))}: the server's own, closed to others",
            expected="owned by the server's user, no permission for others",
        )

    return given(member.inside, read)


def _folders(inside: Inside) -> list[str]:
    return sorted(path.removesuffix(LOCK) or "/" for path in inside.files if path.endswith(LOCK))


def _observations(inside: Inside) -> Iterator[str | Unavailable | None]:
    for path in (each for folder in _folders(inside) for each in (folder, folder + LOCK)):
        match inside.files.get(path, Unavailable(f"{path} was not looked at")):
            case Unavailable() as gap:
                yield gap
            case Known(value=FileFacts() as file):
                told = f"{path} is {file.user}:{file.group} {file.mode:04o}"
                yield told if file.mode & OTHERS or file.uid not in inside.users else None
            case Known():
                yield Unavailable(f"{path} is not there any more")


CHECK = Check(
    id="mongo-data-folder",
    title="Data files belong to the server's own user, and others may not read them",
    area=Area.MONGO,
    severity=Severity.MEDIUM,
    level=1,
    refs=cis_mongodb("7.2"),
    rationale="Who reads the files has every document and every password hash, whatever the server would answer.",
    remediation="`chmod 0700` the folder, `chown` it to the server's user; in an image, before the VOLUME line.",
    evaluate=per_member(judge),
)
