"""Numbers of the kernel's interface, and what AppArmor calls them."""

from hardening.model.capabilities import CAPABILITIES

FAMILIES = {
    1: "unix", 2: "inet", 3: "ax25", 4: "ipx", 5: "appletalk", 6: "netrom", 7: "bridge", 8: "atmpvc", 9: "x25",
    10: "inet6", 11: "rose", 15: "key", 16: "netlink", 17: "packet", 21: "rds", 23: "irda", 24: "pppox", 26: "llc",
    29: "can", 30: "tipc", 31: "bluetooth", 33: "rxrpc", 38: "alg", 39: "nfc", 40: "vsock", 41: "kcm", 42: "qipcrtr",
    43: "smc", 44: "xdp", 45: "mctp",
}  # fmt: skip
"""AF_* (linux/socket.h)."""

SOCKET_TYPES = {1: "stream", 2: "dgram", 3: "raw", 4: "rdm", 5: "seqpacket", 6: "dcpp", 10: "packet"}
"""SOCK_* (linux/net.h); AppArmor spells the sixth so."""

_SIGNALS = (
    "exists", "hup", "int", "quit", "ill", "trap", "abrt", "bus", "fpe", "kill", "usr1", "segv", "usr2", "pipe",
    "alrm", "term", "stkflt", "chld", "cont", "stop", "stp", "ttin", "ttou", "urg", "xcpu", "xfsz", "vtalrm",
    "prof", "winch", "io", "pwr", "sys",
)  # fmt: skip
_FIRST_REAL_TIME = 32


def family(number: int) -> str:
    """A socket's family."""
    return FAMILIES.get(number, str(number))


def socket_type(number: int) -> str:
    """A socket's type."""
    return SOCKET_TYPES.get(number, str(number))


def signal(number: int) -> str:
    """A signal."""
    return _SIGNALS[number] if number < len(_SIGNALS) else f"rtmin+{number - _FIRST_REAL_TIME}"


def capability(number: int) -> str:
    """A capability."""
    return CAPABILITIES[number] if number < len(CAPABILITIES) else f"cap_{number}"
