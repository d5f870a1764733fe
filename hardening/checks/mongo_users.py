"""The users of a replica set, as any of its data members tells them."""

from collections.abc import Callable

from hardening.model.facts import MongoMember, MongoUser
from hardening.model.known import Known

from .verdict import Answer, unknown


def of_users(judge: Callable[[tuple[MongoUser, ...]], Answer]) -> Callable[[str, tuple[MongoMember, ...]], Answer]:
    """A judge of replica sets that asks for their users; an arbiter holds none and is passed over."""

    def ask(_name: str, members: tuple[MongoMember, ...]) -> Answer:
        known = [member.users.value for member in members if isinstance(member.users, Known)]
        longest = max(known, key=len, default=())
        if longest:
            return judge(longest)
        reasons = {member.users.reason for member in members if not isinstance(member.users, Known)}
        return unknown("; ".join(sorted(reasons)) or "no member told its users")

    return ask
