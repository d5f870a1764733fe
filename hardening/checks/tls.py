"""What TLS servers really offered when they were called."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatch

from cryptography import x509

from hardening.model.facts import Inside, TlsServer
from hardening.model.known import Known, Unavailable

from .authority import at, certificates, day
from .verdict import Answer, all_of, given, not_applicable

OLD = ("TLSv1", "TLSv1.1")
LEAST_DAYS = 14
"""Enough to notice and to act; what renews by itself renews earlier."""
_DAY = 86400


def versions_spoken(inside: Known[Inside] | Unavailable, no_tls: str) -> Answer:
    """Judge by handshakes: none of the old versions may be spoken."""

    def read(endpoints: tuple[TlsServer, ...]) -> Answer:
        if not endpoints:
            return not_applicable(no_tls)
        spoken = sorted({version for each in endpoints for version, on in each.protocols.items() if on})
        asked = {version for each in endpoints for version in each.protocols}
        gaps = [Unavailable(f"the node's TLS library cannot speak {each}") for each in OLD if each not in asked]
        return all_of(
            [*_old(endpoints), *gaps], fine=f"speaks {', '.join(spoken)}", expected=f"a refusal of {', '.join(OLD)}"
        )

    return given(inside, lambda seen: given(seen.endpoints, read))


def certificates_sent(inside: Known[Inside] | Unavailable, now: float, names: Iterable[str], no_tls: str) -> Answer:
    """Judge the certificates that were sent: issued by an authority, in date, for the names that were asked for.

    Args:
        inside: of the container.
        now: seconds since the epoch.
        names: that each certificate must hold, besides the one it was asked by.
        no_tls: what is said where no server speaks TLS.
    """
    wanted = tuple(names)

    def read(endpoints: tuple[TlsServer, ...]) -> Answer:
        if not endpoints:
            return not_applicable(no_tls)
        seen = [observation for each in endpoints for observation in _observations(each, now, wanted)]
        ends = sorted({_end(each) for each in endpoints})
        return all_of(
            seen,
            fine=f"sent {len(endpoints)} times, valid until {ends[0]}",
            expected=f"issued by an authority, for its names, {LEAST_DAYS} more days at least",
        )

    return given(inside, lambda seen: given(seen.endpoints, read))


def covers(certificate: x509.Certificate, name: str) -> bool:
    """Whether a certificate is for a name; `*` stands for one label."""
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return False
    dns = extension.get_values_for_type(x509.DNSName)
    addresses = [str(each) for each in extension.get_values_for_type(x509.IPAddress)]
    return name in addresses or any(
        fnmatch(name.lower(), pattern.lower()) and pattern.count(".") == name.count(".") for pattern in dns
    )


def _old(endpoints: Iterable[TlsServer]) -> Iterator[str | None]:
    for each in endpoints:
        spoken = [version for version in OLD if each.protocols.get(version)]
        yield f"port {each.port} speaks {', '.join(spoken)}" if spoken else None


def _observations(endpoint: TlsServer, now: float, names: tuple[str, ...]) -> Iterator[str | Unavailable | None]:
    place = f"port {endpoint.port}" + (f", {endpoint.server_name}" if endpoint.server_name else "")
    if not endpoint.certificate:
        yield Unavailable(f"{place}: it ended the handshake before it sent a certificate")
        return
    match certificates(Known(endpoint.certificate)):
        case Unavailable(reason=reason):
            yield Unavailable(f"{place}: {reason}")
        case Known(value=(own, *_)):
            yield from (f"{place}: {complaint}" for complaint in _complaints(own, now, (*names, endpoint.server_name)))
            yield None


def _complaints(own: x509.Certificate, now: float, names: Iterable[str]) -> Iterator[str]:
    left = (own.not_valid_after_utc - at(now)).total_seconds() / _DAY
    if left < 0:
        yield f"ended on {day(own.not_valid_after_utc)}"
    elif left < LEAST_DAYS:
        yield f"ends on {day(own.not_valid_after_utc)}, in {left:.0f} days"
    if at(now) < own.not_valid_before_utc:
        yield f"is valid only from {day(own.not_valid_before_utc)}"
    if own.issuer == own.subject:
        yield "is signed by itself"
    yield from (f"is not for {name}" for name in names if name and not covers(own, name))


def _end(endpoint: TlsServer) -> str:
    match certificates(Known(endpoint.certificate)):
        case Known(value=(own, *_)):
            return day(own.not_valid_after_utc)
        case _:
            return "an unknown day"
