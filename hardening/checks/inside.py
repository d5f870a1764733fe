"""Files inside a container, against who may own and change them."""

from collections.abc import Callable, Iterable

from msgspec import Struct

from hardening.model.facts import FileFacts, Inside
from hardening.model.known import Known, Unavailable

from .verdict import Verdict, all_of


class FileRule(Struct, frozen=True):
    """What is asked of each file.

    Attributes:
        is_fine: of an inode, and what else is known of the container.
        fine: said where all are.
        expected: how they should be.
        nothing: said where no path is named, or none of those that may be absent is there.
        may_be_absent: the paths are places to look at, and not all of them exist.
    """

    is_fine: Callable[[FileFacts, Inside], bool]
    fine: str
    expected: str
    nothing: str
    may_be_absent: bool = False


def judged(inside: Inside, paths: Iterable[str], rule: FileRule) -> Verdict:
    """Whether each file keeps a rule."""
    found = [_observation(inside, path, rule) for path in paths]
    seen = [each for there, each in found if there]
    return all_of(seen, fine=rule.fine, expected=rule.expected, nothing=rule.nothing)


def _observation(inside: Inside, path: str, rule: FileRule) -> tuple[bool, str | Unavailable | None]:
    """Whether there is anything to say of a path, and what."""
    match inside.files.get(path, Unavailable(f"{path} was not looked at")):
        case Unavailable() as gap:
            return True, gap
        case Known(value=FileFacts() as file):
            fine = rule.is_fine(file, inside)
            return True, None if fine else f"{path} is {file.user}:{file.group} {file.mode:04o}"
        case Known():
            return not rule.may_be_absent, Unavailable(f"{path} is not there any more")
