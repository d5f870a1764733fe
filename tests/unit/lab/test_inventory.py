"""The labels of the lab's nodes."""

import pytest

from hardening.lab.inventory import DATABASE_MEMBERS, labels


@pytest.mark.parametrize("nodes", [1, 2, 3, 5])
def test_every_member_has_exactly_one_node_and_the_first_takes_the_arbiter(nodes: int) -> None:
    given = [labels(number, nodes) for number in range(1, nodes + 1)]
    for wanted in (*DATABASE_MEMBERS, "arbiter"):
        assert sum(wanted in one for one in given) == 1
    assert all(one["api"] == one["edge"] == "true" for one in given)
    assert "arbiter" in given[0]


def test_three_nodes_have_one_member_each() -> None:
    assert [sorted(set(labels(number, 3)) & set(DATABASE_MEMBERS)) for number in (1, 2, 3)] == [
        [member] for member in DATABASE_MEMBERS
    ]
