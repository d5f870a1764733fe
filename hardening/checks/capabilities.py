"""Linux capabilities as engines and kernels tell them: bit masks, and names in capitals."""

from hardening.model.capabilities import CAPABILITIES, DANGEROUS_CAPABILITIES

NAMES = tuple(name.upper() for name in CAPABILITIES)
"""By bit."""
DANGEROUS = frozenset(name.upper() for name in DANGEROUS_CAPABILITIES)


def names(mask: int) -> frozenset[str]:
    """The capabilities of a bit mask, without `CAP_`."""
    known = {name for bit, name in enumerate(NAMES) if mask >> bit & 1}
    return frozenset(known | {f"bit {bit}" for bit in range(len(NAMES), mask.bit_length()) if mask >> bit & 1})


def declared(added: tuple[str, ...] | None) -> frozenset[str]:
    """What a service or container asks for, without `CAP_`; `ALL` is every one."""
    plain = {name.upper().removeprefix("CAP_") for name in added or ()}
    return frozenset(NAMES) if "ALL" in plain else frozenset(plain)
