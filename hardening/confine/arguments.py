"""Calls whose arguments a filter compares, with what, and the values that are fine for every service."""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence

from hardening.model.policy import ArgumentRule, NetworkRule
from hardening.model.profile import Risk
from hardening.model.recording import ArgumentUse, Recording

ADDRESS_FAMILIES = {"unix": 1, "inet": 2, "inet6": 10, "netlink": 16}
"""AF_* numbers of the families a policy may name (socket.h); AppArmor rules use the same names."""
_RARE_FAMILIES = {
    "ax25": 3,
    "ipx": 4,
    "appletalk": 5,
    "netrom": 6,
    "x25": 9,
    "rose": 11,
    "key": 15,
    "packet": 17,
    "rds": 21,
    "irda": 23,
    "pppox": 24,
    "llc": 26,
    "can": 29,
    "tipc": 30,
    "bluetooth": 31,
    "rxrpc": 33,
    "alg": 38,
    "nfc": 39,
    "vsock": 40,
    "kcm": 41,
    "qipcrtr": 42,
    "smc": 43,
    "xdp": 44,
    "mctp": 45,
}
"""Those that only a review may let in."""
_RARE_TYPES = {"rdm": 4, "dcpp": 6, "packet": 10}
SOCKET_TYPES = {"stream": 1, "dgram": 2, "raw": 3, "seqpacket": 5}
"""SOCK_* numbers by AppArmor's names."""
CLONE_NAMESPACES = 0x7E020000
"""The CLONE_NEW* flags (sched.h) that a thread or child process never needs."""

_PROTOCOLS: dict[tuple[str, str], tuple[int, ...]] = {
    ("inet", "stream"): (0, 6),
    ("inet", "dgram"): (0, 17),
    ("inet6", "stream"): (0, 6),
    ("inet6", "dgram"): (0, 17),
}
"""TCP and UDP, by number or as what 0 means. Any other makes the kernel load rare code: SCTP, L2TP, multipath TCP."""
_NETLINK_ROUTE = 0
"""The one netlink protocol that services use: which addresses there are. Others reach the firewall, audit and more."""

RECORDED = "recorded"
"""Why of values that came from a recording."""
_WORD, _TYPE, _EXECUTABLE, _WRITABLE = 0xFFFFFFFF, 0xF, 4, 2
"""A C int, whose register's upper half may hold anything; SOCK_* without its flags; PROT_EXEC; PROT_WRITE."""

COMPARED: dict[str, dict[int, int]] = {
    "clone": {0: CLONE_NAMESPACES},
    "ioctl": {1: _WORD},
    "mmap": {2: _WRITABLE | _EXECUTABLE},
    "mprotect": {2: _WRITABLE | _EXECUTABLE},
    "personality": {0: _WORD},
    "pkey_mprotect": {2: _WRITABLE | _EXECUTABLE},
    "prctl": {0: _WORD},
    "setsockopt": {1: _WORD, 2: _WORD},
    "socket": {0: _WORD, 1: _TYPE, 2: _WORD},
    "socketpair": {0: _WORD, 1: _TYPE},
}
"""Call -> argument index -> bits that count. All are rare calls: a comparison takes 54 ns each time, measured."""

BY_NETWORK = frozenset({"socket", "clone"})
"""Always held: to the role's networks, and to no new namespaces."""

ORDINARY: dict[str, tuple[dict[int, int], ...]] = {
    # TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX: the C library asks whether something is a terminal
    "ioctl": tuple({1: request} for request in (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)),
    # PR_SET_NAME, PR_GET_NAME, and names for the allocator's mappings, PR_SET_VMA
    "prctl": tuple({0: option} for option in (15, 16, 0x53564D41)),
    "mprotect": ({2: 0}, {2: _WRITABLE}),
    "pkey_mprotect": ({2: 0}, {2: _WRITABLE}),
    "mmap": ({2: 0}, {2: _WRITABLE}, {2: _EXECUTABLE}),
    # SOL_SOCKET: addresses, errors, buffers, keep-alive, linger, time limits; TCP: delay, keep-alive, limits;
    # IP and IPv6: what the C library's resolver sets, IPV6_V6ONLY, and a packet's class (Node's fetch sets it)
    "setsockopt": (
        *({1: 1, 2: option} for option in (2, 7, 8, 9, 13, 15, 20, 21)),
        *({1: 6, 2: option} for option in (1, 3, 4, 5, 6, 9, 12, 18, 23)),
        *(
            {1: level, 2: option}
            for level, option in ((0, 1), (0, 10), (0, 11), (41, 23), (41, 25), (41, 26), (41, 67))
        ),
    ),
}
"""Values that a filter on recorded values lets through too: every program may come to them, and none reaches far."""


def is_known_socket(family: str, kind: str) -> bool:
    """Whether a kind of socket has numbers here."""
    return family in ADDRESS_FAMILIES | _RARE_FAMILIES and kind in {"", *SOCKET_TYPES, *_RARE_TYPES}


def held(
    allowed: Iterable[str],
    network: Iterable[NetworkRule],
    decided: Iterable[ArgumentRule],
    recordings: Sequence[Recording],
    lifted: Container[str] = (),
) -> tuple[ArgumentRule, ...]:
    """The values with which each compared call may be made, ordered. A call that is not among them is not compared.

    A call is compared when the policy has values of it, or when every recording that has the call shows values: an
    older one that only counted could have had any. Writable and executable at once is let through only where it was
    recorded. Calls that are `lifted` are not compared.
    """
    names = {call for call in allowed if call not in lifted}
    wanted: defaultdict[str, list[ArgumentRule]] = defaultdict(list)
    for rule in decided:
        wanted[rule.call].append(rule)
    for call in COMPARED.keys() & names - BY_NETWORK:
        if _is_known(call, recordings):
            wanted[call] += [_recorded(use) for each in recordings for use in each.arguments if use.call == call]
            wanted[call] += [ArgumentRule(call, values, "ordinary") for values in ORDINARY.get(call, ())]
    for call in {rule.call for rule in decided}:
        wanted[call] += [ArgumentRule(call, values, "ordinary") for values in ORDINARY.get(call, ())]
    wanted["socket"] = [each for rule in network for each in _sockets(rule)]
    wanted["clone"] = [ArgumentRule("clone", {0: 0}, "no new namespaces")]
    return tuple(rule for call in sorted(wanted) if call in names for rule in _distinct(wanted[call]))


def _is_known(call: str, recordings: Sequence[Recording]) -> bool:
    """Whether every recording in which a call was made also shows values of calls; one at least has to."""
    having = [each for each in recordings if any(call in calls for calls in each.programs.values())]
    return bool(having) and all(each.arguments for each in having)


def risk(rule: str) -> Risk:
    """What a call with certain values is worth to an intruder, by the name of its rule."""
    both = f"2={_WRITABLE | _EXECUTABLE:#x}"
    return Risk.MEDIUM if rule in {f"{call} {both}" for call in ("mmap", "mprotect", "pkey_mprotect")} else Risk.LOW


def shows(recording: Recording, rule: ArgumentRule) -> bool:
    """Whether a scenario made the call with these values, as far as they are recorded: of a socket no protocol is."""
    return any(
        use.call == rule.call
        and all(_recorded(use).values[at] == rule.values[at] for at in rule.values.keys() & use.values)
        for use in recording.arguments
    )


def _recorded(use: ArgumentUse) -> ArgumentRule:
    values = {at: use.values.get(at, 0) & mask for at, mask in COMPARED[use.call].items()}
    return ArgumentRule(use.call, values, RECORDED)


def _sockets(rule: NetworkRule) -> Iterator[ArgumentRule]:
    values = {0: (ADDRESS_FAMILIES | _RARE_FAMILIES)[rule.family]}
    if rule.type:
        values[1] = (SOCKET_TYPES | _RARE_TYPES)[rule.type]
    protocols = (_NETLINK_ROUTE,) if rule.family == "netlink" else _PROTOCOLS.get((rule.family, rule.type), ())
    why = f"network {rule.family} {rule.type}".rstrip() + (" (which protocol is not recorded)" if protocols else "")
    for each in [values | {2: protocol} for protocol in protocols] or [values]:
        yield ArgumentRule("socket", each, why)


def _distinct(rules: list[ArgumentRule]) -> list[ArgumentRule]:
    """One rule for each set of values, unless a looser one has it; the first reason stays."""
    found: dict[tuple[tuple[int, int], ...], ArgumentRule] = {}
    for rule in rules:
        found.setdefault(tuple(sorted(rule.values.items())), rule)
    kept = {key: rule for key, rule in found.items() if not any(set(other) < set(key) for other in found)}
    return [kept[key] for key in sorted(kept)]
