"""What is believed of a set from what its members say: only a word from all of them means that there is none."""

from dataclasses import dataclass
from typing import Any, cast

import pytest

from hardening.apply.set_members import NOT_YET_INITIALIZED, Members, Reached, observe
from hardening.errors import HostError
from hardening.hosts.database import OperationFailure, PyMongoError
from hardening.model.stack import ReplicaSet

WANTED = ReplicaSet(("a", "b", "c"), "key", {}, arbiter="x")
CONFIG = {"_id": "rs", "version": 3, "members": [{"host": f"{name}:27017"} for name in "abc"]}
NONE = "never initiated"
LOST = "connection closed"


@dataclass
class Server:
    """Stands in at the door: one member's answers."""

    says: str

    @property
    def admin(self) -> "Server":
        return self

    def command(self, name: str) -> dict[str, Any]:
        if self.says == LOST:
            raise PyMongoError(LOST)
        if name == "replSetGetConfig" and self.says == NONE:
            raise OperationFailure("no replset config has been received", NOT_YET_INITIALIZED)
        states = [{"name": f"{each}:27017", "health": 1, "stateStr": self.says} for each in "abc"]
        answers: dict[str, dict[str, Any]] = {
            "replSetGetConfig": {"config": CONFIG},
            "hello": {"setName": "rs", "secondary": True},
            "replSetGetStatus": {"members": states},
            "getDefaultRWConcern": {"defaultWriteConcern": {"w": "majority"}},
        }
        return answers[name]


def members(*, absent: str = "", silent: str = "", **says: str) -> Members:
    reached = {
        name: Reached(f"n{name}", cast("Any", None), cast("Any", None), 1, cast("Any", Server(word)))
        for name, word in says.items()
    }
    gaps = dict.fromkeys(absent, "it runs nowhere") | dict.fromkeys(silent, "its machine does not answer")
    return Members(WANTED, reached, gaps, set(absent))


NOBODY_KNOWS = {
    "all say so": members(a=NONE, b=NONE, c=NONE, x=NONE),
    "all that run say so": members(a=NONE, b=NONE, absent="cx"),
}


@pytest.mark.parametrize("there", NOBODY_KNOWS.values(), ids=NOBODY_KNOWS)
def test_a_set_that_nobody_knows_is_none(there: Members) -> None:
    assert observe(there) is None


UNKNOWN = {
    "one new member, the others silent": members(a=NONE, silent="bcx"),
    "one new member, another breaks off": members(a=NONE, b=LOST, absent="cx"),
    "only the arbiter answers": members(x=NONE, absent="abc"),
    "nobody answers": members(silent="abcx"),
}


@pytest.mark.parametrize("there", UNKNOWN.values(), ids=UNKNOWN)
def test_a_set_of_which_some_could_not_be_asked_is_not_taken_for_none(there: Members) -> None:
    with pytest.raises(HostError, match="no member that answers knows it"):
        observe(there)


def test_one_member_that_knows_the_set_is_enough() -> None:
    there = members(a=NONE, b="SECONDARY", c=LOST)
    view = observe(there)
    assert view
    assert [member.node for member in view.members] == ["na", "nb", ""]
    assert view.write_concern == "majority"
    assert there.gaps["c"] == LOST
