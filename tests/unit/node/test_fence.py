"""What the fence lets out, by the rules that are made of addresses; that the kernel takes them: tests/engine."""

from __future__ import annotations

import ipaddress
import sys
from typing import Any

import pytest

from hardening.node import fence

ACCEPT, REFUSE = "immediate", "reject"
BRIDGE = 3
NODE = {2: ("192.0.2.10/24",), BRIDGE: ("172.18.0.1/16", "fe80::1/64"), 4: ("172.20.0.1/16", "fd00:20::1/64")}


def network(text: str) -> fence.Network:
    interface = ipaddress.ip_interface(text)
    family = fence.INET if interface.version == 4 else fence.INET6
    return family, interface.ip.packed, interface.network.prefixlen


def rules(*inside: str) -> list[fence.Rule]:
    """Of a container with these addresses, each on an interface of its own, from 10 on."""
    node = [(index, network(each)) for index, addresses in NODE.items() for each in addresses]
    return fence.fence([*enumerate(map(network, inside), 10)], node, BRIDGE)


def verdict(rules: list[fence.Rule], address: str, interface: int) -> str:
    """What the first rule that names the address, or names none, does with a new packet to it by an interface."""
    wanted = ipaddress.ip_address(address)
    for rule in rules:
        names = [name for name, _ in rule]
        if "payload" in names:
            by, named = _named(rule, len(wanted.packed))
            if by in {None, interface} and wanted in named:
                return names[-1]
        elif names == [REFUSE]:
            return REFUSE
    raise AssertionError("nothing is said of it")


def _named(rule: fence.Rule, length: int) -> tuple[int | None, Any]:
    """Interface and network that a rule names, as they stand in its comparisons; no network of the other family."""
    *_, (_, masked), (_, compared), _ = rule
    mask, value = masked[4][4:], compared[3][4:]
    found = ipaddress.ip_network((value, sum(byte.bit_count() for byte in mask))) if len(value) == length else ()
    key, by = rule[0][1][2], rule[1][1][3][4:]
    return (int.from_bytes(by, sys.byteorder) if key[-1] == fence.OUT_INTERFACE else None), found


@pytest.mark.parametrize(
    ("address", "what"),
    [
        ("10.0.1.9", ACCEPT),  # a neighbour on the overlay
        ("10.0.2.9", REFUSE),
        ("172.18.0.1", REFUSE),  # the node, by the bridge that leads out
        ("172.18.0.7", REFUSE),  # who else is there
        ("172.20.0.7", ACCEPT),  # a neighbour on another bridge
        ("172.20.0.1", REFUSE),  # the node again
        ("192.0.2.10", REFUSE),
        ("198.51.100.1", REFUSE),
        ("169.254.169.254", REFUSE),  # a cloud's keys
        ("fd00:20::7", ACCEPT),
        ("fd00:20::1", REFUSE),
        ("fe80::1", REFUSE),
        ("2001:db8::1", REFUSE),
    ],
)
def test_what_is_new_may_go_to_neighbours_only(address: str, what: str) -> None:
    inside = ("10.0.1.5/24", "172.18.0.5/16", "172.20.0.5/16", "169.254.1.5/16", "fd00:20::5/64", "fe80::42/64")
    said = {verdict(rules(*inside), address, interface) for interface in range(10, 10 + len(inside))}
    assert (ACCEPT in said) is (what == ACCEPT)


def test_a_neighbours_address_is_none_by_another_interface() -> None:
    made = rules("10.0.1.5/24", "172.18.0.5/16")
    assert verdict(made, "10.0.1.9", 10) == ACCEPT
    assert verdict(made, "10.0.1.9", 11) == REFUSE


def test_without_networks_only_loopback_and_answers_are_let_out() -> None:
    assert [rule[-1][0] for rule in rules()] == [ACCEPT, ACCEPT, ACCEPT, REFUSE]
    assert rules("172.18.0.5/16") == rules()


def test_the_order_of_addresses_does_not_matter() -> None:
    inside = [(10, network("172.20.0.5/16")), (11, network("10.0.1.5/24"))]
    assert fence.fence(inside, [], 0) == fence.fence(inside[::-1], [], 0)


def test_rules_are_known_again_when_the_kernel_tells_more_of_them_and_not_when_they_differ() -> None:
    one, *_, other = rules("10.0.1.5/24")
    told = fence.expressions(one)
    assert fence.is_told(told, one)
    assert not fence.is_told(told, other)
    assert fence.is_told(fence.expressions(tuple((name, {**values, 99: b"new"}) for name, values in one)), one)
    assert not fence.is_told(fence.expressions(one[:-1]), one)
