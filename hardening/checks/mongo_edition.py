"""What only MongoDB Enterprise has."""

from collections.abc import Callable

from hardening.model.facts import MongoMember

from .mongo_answers import option
from .verdict import Answer, failed, given, not_applicable, passed


def enterprise_setting(path: str, wanted: str, lacking: str) -> Callable[[MongoMember], Answer]:
    """A judge of a start-up option that Community servers do not have.

    Args:
        path: the option's dotted path; anything but unset or false counts as on.
        wanted: what it should be, for people.
        lacking: what a Community server does instead.
    """

    def judge(member: MongoMember) -> Answer:
        def edition(modules: tuple[str, ...]) -> Answer:
            if "enterprise" not in modules:
                return not_applicable(f"MongoDB Community does not have it; {lacking}")
            return given(
                option(member, path), lambda value: (passed if value else failed)(f"{path}: {value or 'off'}", wanted)
            )

        return given(member.modules, edition)

    return judge
