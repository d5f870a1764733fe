"""What the fence lets out, by the rules that are made of addresses; that the kernel takes them: tests/engine."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest

from hardening.node import fence

ACCEPT, REFUSE = "immediate", "reject"
NODE = ("192.0.2.10/24", "172.18.0.1/16", "172.20.0.1/16", "fd00:20::1/64")
BRIDGE = ("172.18.0.1/16", "fe80::1/64")


def network(text: str) -> fence.Network:
    interface = ipaddress.ip_interface(text)
    family = fence.INET if interface.version == 4 else fence.INET6
    return family, interface.ip.packed, interface.network.prefixlen


def rules(*inside: str) -> list[fence.Rule]:
    return fence.fence(([network(each) for each in inside], [*map(network, NODE)], [*map(network, BRIDGE)]))


def verdict(rules: list[fence.Rule], address: str) -> str:
    """What the first rule that names the address, or names none, does with a new packet to it by an interface."""
    wanted = ipaddress.ip_address(address)
    for rule in rules:
        names = [name for name, _ in rule]
        if "payload" in names:
            if _named(rule, len(wanted.packed)) and wanted in _named(rule, len(wanted.packed)):
                return names[-1]
        elif names == [REFUSE]:
            return REFUSE
    raise AssertionError("nothing is said of it")


def _named(rule: fence.Rule, length: int) -> Any:  # noqa: ANN401 - a network of either family
    """The network that a rule names, as it stands in its comparison; nothing when it is of the other family."""
    mask, value = rule[3][1][4][4:], rule[4][1][3][4:]
    return ipaddress.ip_network((value, sum(byte.bit_count() for byte in mask))) if len(value) == length else ()


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
    assert verdict(rules(*inside), address) == what


def test_without_networks_only_loopback_and_answers_are_let_out() -> None:
    assert [rule[-1][0] for rule in rules()] == [ACCEPT, ACCEPT, ACCEPT, REFUSE]
    assert rules("172.18.0.5/16") == rules()


def test_the_order_of_addresses_does_not_matter() -> None:
    inside = ("172.20.0.5/16", "10.0.1.5/24")
    assert rules(*inside) == rules(*inside[::-1])


def test_rules_are_known_again_when_the_kernel_tells_more_of_them_and_not_when_they_differ() -> None:
    one, *_, other = rules("10.0.1.5/24")
    told = fence.expressions(one)
    assert fence.is_told(told, one)
    assert not fence.is_told(told, other)
    assert fence.is_told(fence.expressions(tuple((name, {**values, 99: b"new"}) for name, values in one)), one)
    assert not fence.is_told(fence.expressions(one[:-1]), one)
