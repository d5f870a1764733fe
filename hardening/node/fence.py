"""The fence: keeps what a container dials within the networks it is on. Part of node programs.

A table of nf_tables, `inet harden`, in the container's own network namespace. What it lets out: loopback, answers, and
what is new to a machine of one of its networks. Everything else is refused at once, IPv4 and IPv6: what would leave by
a gateway, the node's own addresses, and the bridge `docker_gwbridge`, by which a swarm's task leaves its overlays.
Networks are told by the addresses that the container has when its fence is put up; one that is attached later stays out
of its reach until it is started again. Only CAP_NET_ADMIN in that namespace could change the table.

harden-runtime, beside which this file is installed, puts it up between `create` and `start`; the collector reads it
back. Both speak to the kernel itself, by netlink: that starts no program, and the whole table stands or none of it.

Standard library only, Python 3.9 or later, and no other module: the runtime loads it where it is needed, alone.
"""

from __future__ import annotations

import os
import struct

TYPE_CHECKING = False  # as in the runtime
if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

    Expression = tuple[str, dict[int, bytes]]
    """Name and attributes of one of nf_tables' expressions."""
    Rule = tuple[Expression, ...]
    Network = tuple[int, bytes, int]
    """Address family, address, length of the prefix."""
    Addresses = list[tuple[int, Network]]
    """Each with the number of its interface."""

TABLE, CHAIN = b"harden\0", b"output\0"
GATEWAY_BRIDGE = "docker_gwbridge"
"""The engine's own name for it."""
SECONDS = 10
ON_THE_NODES = "it shares the network of the node"

# Numbers of linux/netlink.h, rtnetlink.h, if_addr.h, netfilter.h and netfilter/nf_tables.h.
CLONE_NEWNET = 0x40000000
NETLINK_ROUTE, NETLINK_NETFILTER = 0, 12
REQUEST, ACK, DUMP, EXCLUSIVE, CREATE, APPEND = 0x1, 0x4, 0x300, 0x200, 0x400, 0x800
ERROR, DONE = 2, 3
GET_ADDRESS, ADDRESS, LOCAL = 22, 1, 2
INET, INET6, LOOPBACK = 2, 10, 1
BATCH_BEGIN, BATCH_END, NF_TABLES, FAMILY_INET = 0x10, 0x11, 10, 1
NEW_TABLE, NEW_CHAIN, GET_CHAIN, NEW_RULE, GET_RULE = 0, 3, 4, 6, 7
LOCAL_OUT, DROP, ACCEPT = 3, 0, 1
OUT_INTERFACE, FAMILY, TRANSPORT = 5, 15, 16
ICMPV6 = 58
ESTABLISHED, RELATED, UNTRACKED = 2, 4, 64
DESTINATION = {INET: (16, 4), INET6: (24, 16)}
"""Where in the header of a packet its destination stands, and how long it is."""
LINK_LOCAL = {INET: (b"\xa9\xfe\0\0", 16), INET6: (b"\xfe\x80" + bytes(14), 10)}


def put_up(pid: int) -> None:
    """Put the fence up in the network namespace of a process, unless it stands there already.

    Raises:
        OSError: it does not stand, and why.
    """
    if _is_on_the_nodes(pid):
        raise OSError(ON_THE_NODES)
    try:
        _put_up(pid)
    except FileExistsError:
        if why := lacking(pid):
            raise OSError(f"a table of the fence's name is there already, and {why}") from None


def _put_up(pid: int) -> None:
    routing, filtering = _sockets(pid)
    with routing, filtering:
        rules = fence(*_addresses(routing))
        table = _attribute(1, TABLE)
        chain, rule_of = table + _attribute(3, CHAIN), table + _attribute(2, CHAIN)
        hook = _attribute(4, _number(1, LOCAL_OUT) + _number(2, 0))
        messages = [
            (NEW_TABLE, CREATE | EXCLUSIVE, table),
            (NEW_CHAIN, CREATE, chain + hook + _number(5, DROP) + _attribute(7, b"filter\0")),
            *((NEW_RULE, CREATE | APPEND, rule_of + _attribute(4, expressions(rule))) for rule in rules),
        ]
        batch = _message(BATCH_BEGIN, REQUEST, 0, struct.pack(">BBH", 0, 0, NF_TABLES))
        last = len(messages)
        for number, (kind, flags, body) in enumerate(messages, 1):
            asked = flags | REQUEST | (ACK if number == last else 0)
            batch += _message(NF_TABLES << 8 | kind, asked, number, struct.pack(">BBH", FAMILY_INET, 0, 0) + body)
        batch += _message(BATCH_END, REQUEST, last + 1, struct.pack(">BBH", 0, 0, NF_TABLES))
        filtering.send(batch)
        # the kernel answers in order: what it refused comes before the word that all was done
        for _ in _answers(filtering, last):
            pass


def lacking(pid: int) -> str:
    """What the network namespace of a process lacks of its fence, in words; empty where it stands.

    Raises:
        OSError: the kernel does not tell.
    """
    if _is_on_the_nodes(pid):
        return ON_THE_NODES
    routing, filtering = _sockets(pid)
    with routing, filtering:
        wanted = fence(*_addresses(routing))
        chains = _dumped(filtering, GET_CHAIN)
        mine = [each for each in chains if each.get(1) == TABLE and each.get(3) == CHAIN]
        if not mine:
            return "no fence stands"
        if mine[0].get(5) != _be(DROP) or dict(_attributes(mine[0].get(4, b""))).get(1) != _be(LOCAL_OUT):
            return "its fence lets out what it does not name"
        rules = [each[4] for each in _dumped(filtering, GET_RULE) if each.get(1) == TABLE and each.get(2) == CHAIN]
    if len(rules) != len(wanted) or not all(map(is_told, rules, wanted)):
        return "its fence is not the one for the networks that it is on now"
    return ""


def enter(namespace: int) -> None:
    """Move this thread into a network namespace, by its open file."""
    if hasattr(os, "setns"):  # Python 3.12
        os.setns(namespace, CLONE_NEWNET)
        return
    import ctypes  # noqa: PLC0415 - only where Python lacks os.setns, and slow to start

    if ctypes.CDLL(None, use_errno=True).setns(namespace, CLONE_NEWNET):
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


# --- what stands in it ------------------------------------------------------------------------------------------------


def fence(inside: Addresses, node: Addresses, bridge: int) -> list[Rule]:
    """The rules, from the container's addresses and the node's, among which those of `bridge` lead out.

    A network is let out by its own interface only: by another, a packet to the same address could leave it.
    """
    out = {_network(each) for index, each in node if index == bridge}
    mine = {(index, _network(each)) for index, each in inside if not _is_within(each, _link_local(each))}
    networks = sorted((index, network) for index, network in mine if network not in out)
    doors = sorted({each[:2] for _, each in node if any(_is_within(each, network) for _, network in networks)})
    accept = ("immediate", {1: _be(0), 2: _attribute(2, _number(1, ACCEPT))})
    refuse = ("reject", {1: _be(2), 2: b"\3"})  # ICMP: administratively prohibited, in either family
    return [
        (*_meta(OUT_INTERFACE, struct.pack("=I", LOOPBACK)), accept),
        (*_state(ESTABLISHED | RELATED), accept),
        # neighbours look for each other by ICMPv6 that is not tracked; no program sends it without CAP_NET_RAW
        (*_meta(TRANSPORT, bytes((ICMPV6,))), *_state(UNTRACKED), accept),
        *((*_to((family, address, len(address) * 8)), refuse) for family, address in doors),
        *((*_meta(OUT_INTERFACE, struct.pack("=I", index)), *_to(network), accept) for index, network in networks),
        (refuse,),
    ]


def _meta(key: int, value: bytes) -> Rule:
    return ("meta", {1: _be(1), 2: _be(key)}), ("cmp", {1: _be(1), 2: _be(0), 3: _attribute(1, value)})


def _state(bits: int) -> Rule:
    """Connection tracking's word for the packet is one of these."""
    mask, nothing = (_attribute(1, struct.pack("=I", number)) for number in (bits, 0))
    masked = ("bitwise", {1: _be(1), 2: _be(1), 3: _be(4), 4: mask, 5: nothing})
    return ("ct", {1: _be(1), 2: _be(0)}), masked, ("cmp", {1: _be(1), 2: _be(1), 3: nothing})


def _to(network: Network) -> Rule:
    """The packet is for an address of this network."""
    family, address, prefix = network
    offset, length = DESTINATION[family]
    mask, nothing = _attribute(1, _mask(prefix, length)), _attribute(1, bytes(length))
    return (
        *_meta(FAMILY, bytes((family,))),
        ("payload", {1: _be(1), 2: _be(1), 3: _be(offset), 4: _be(length)}),
        ("bitwise", {1: _be(1), 2: _be(1), 3: _be(length), 4: mask, 5: nothing}),
        ("cmp", {1: _be(1), 2: _be(0), 3: _attribute(1, address)}),
    )


def _mask(prefix: int, length: int) -> bytes:
    return ((1 << prefix) - 1 << length * 8 - prefix).to_bytes(length, "big")


def _network(address: Network) -> Network:
    family, value, prefix = address
    return family, bytes(a & b for a, b in zip(value, _mask(prefix, len(value)))), prefix


def _is_within(address: Network, network: Network) -> bool:
    family, _, prefix = network
    return address[0] == family and _network((family, address[1], prefix)) == network


def _link_local(address: Network) -> Network:
    return (address[0], *LINK_LOCAL[address[0]])


# --- the kernel's side ------------------------------------------------------------------------------------------------


def _is_on_the_nodes(pid: int) -> bool:
    return os.path.samefile("/proc/thread-self/ns/net", f"/proc/{pid}/ns/net")


def _sockets(pid: int) -> tuple[socket.socket, socket.socket]:
    """Netlink's sockets for addresses and for rules of a process's network: a socket stays where it was made."""
    import socket  # noqa: PLC0415 - slow to start

    home, there = (os.open(f"/proc/{of}/ns/net", os.O_RDONLY | os.O_CLOEXEC) for of in ("thread-self", pid))
    kinds = (NETLINK_ROUTE, NETLINK_NETFILTER)
    try:
        enter(there)
        try:
            made = [socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, kind) for kind in kinds]
        finally:
            enter(home)
    finally:
        os.close(home)
        os.close(there)
    for each in made:
        each.settimeout(SECONDS)
    return made[0], made[1]


def _addresses(routing: socket.socket) -> tuple[Addresses, Addresses, int]:
    """The container's, the node's, and which of the node's interfaces is the bridge out; 0 where there is none."""
    import socket  # noqa: PLC0415 - as above

    inside = list(_told(routing))
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_ROUTE) as own:
        own.settimeout(SECONDS)
        node = list(_told(own))
    try:
        bridge = socket.if_nametoindex(GATEWAY_BRIDGE)
    except OSError:
        bridge = 0  # this node is in no swarm
    return inside, node, bridge


def _told(routing: socket.socket) -> Iterator[tuple[int, Network]]:
    """Interface and address, of all but loopback."""
    routing.send(_message(GET_ADDRESS, REQUEST | DUMP, 1, bytes(8)))
    for body in _answers(routing, 1):
        family, prefix, _, _, index = struct.unpack_from("=BBBBI", body)
        values = dict(_attributes(body[8:]))
        if index != LOOPBACK and family in DESTINATION:
            yield index, (family, values.get(LOCAL) or values[ADDRESS], prefix)


def _dumped(filtering: socket.socket, kind: int) -> list[dict[int, bytes]]:
    filtering.send(_message(NF_TABLES << 8 | kind, REQUEST | DUMP, kind, struct.pack(">BBH", FAMILY_INET, 0, 0)))
    return [dict(_attributes(body[4:])) for body in _answers(filtering, kind)]


def expressions(rule: Rule) -> bytes:
    """A rule as the kernel takes it."""
    return b"".join(
        _attribute(
            1,
            _attribute(1, name.encode() + b"\0")
            + _attribute(2, b"".join(_attribute(kind, value) for kind, value in attributes.items())),
        )
        for name, attributes in rule
    )


def is_told(told: bytes, rule: Rule) -> bool:
    """Whether what the kernel tells is this rule; newer kernels tell more of each expression."""
    found = []
    for _, element in _attributes(told):
        parts = dict(_attributes(element))
        found.append((parts[1].rstrip(b"\0").decode(), dict(_attributes(parts.get(2, b"")))))
    return [name for name, _ in found] == [name for name, _ in rule] and all(
        attributes.items() <= there.items() for (_, there), (_, attributes) in zip(found, rule)
    )


def _message(kind: int, flags: int, number: int, body: bytes) -> bytes:
    return struct.pack("=IHHII", 16 + len(body), kind, flags, number, 0) + body


def _answers(channel: socket.socket, number: int) -> Iterator[bytes]:
    """What the kernel answers to a message, up to its end.

    Raises:
        OSError: the kernel refused it, or another of the same batch.
    """
    while True:
        answer = channel.recv(1 << 17)
        while answer:
            length, kind, _, of, _ = struct.unpack_from("=IHHII", answer)
            body, answer = answer[16:length], answer[length + 3 & ~3 :]
            code = -struct.unpack_from("=i", body)[0] if kind in {ERROR, DONE} and len(body) >= 4 else 0  # noqa: PLR2004
            if code:
                raise OSError(code, os.strerror(code))
            if kind not in {ERROR, DONE}:
                yield body
            elif of == number:
                return


def _attributes(content: bytes) -> Iterator[tuple[int, bytes]]:
    while content:
        length, kind = struct.unpack_from("=HH", content)
        yield kind & 0x3FFF, content[4:length]
        content = content[length + 3 & ~3 :]


def _attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("=HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)


def _number(kind: int, value: int) -> bytes:
    return _attribute(kind, _be(value))


def _be(value: int) -> bytes:
    return struct.pack(">I", value)
