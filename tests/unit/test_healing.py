"""Which replica set is meant, and what the exit code of its state is."""

import pytest

from hardening.apply.healing import chosen
from hardening.errors import HardenError
from hardening.model.stack import ReplicaSet, Stack


def stacks(**sets: str) -> tuple[Stack, ...]:
    made = ReplicaSet(("a",), "key", {})
    return tuple(Stack(name, "f", "{}", {}, {}, dict.fromkeys(each.split(), made)) for name, each in sets.items())


@pytest.mark.parametrize(
    ("there", "name", "found"),
    [
        ({"shop": "rs0"}, "", ("shop", "rs0")),
        ({"shop": "rs0"}, "rs0", ("shop", "rs0")),
        ({"shop": "rs0 rs1"}, "rs1", ("shop", "rs1")),
        ({"shop": "rs0", "blog": "rs0"}, "blog/rs0", ("blog", "rs0")),
    ],
)
def test_a_set_is_found_by_what_names_it_alone(there: dict[str, str], name: str, found: tuple[str, str]) -> None:
    stack, each = chosen(stacks(**there), name)
    assert (stack.name, each) == found


@pytest.mark.parametrize(
    ("there", "name", "complaint"),
    [
        ({"shop": ""}, "", "no stack has a replica set"),
        ({"shop": "rs0"}, "rs9", "there is no replica set `rs9`"),
        ({"shop": "rs0 rs1"}, "", "there are several"),
        ({"shop": "rs0", "blog": "rs0"}, "rs0", "there are several"),
    ],
)
def test_a_set_that_is_not_clear_is_asked_for(there: dict[str, str], name: str, complaint: str) -> None:
    with pytest.raises(HardenError, match=complaint):
        chosen(stacks(**there), name)
