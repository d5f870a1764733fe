"""What TLS servers really offered when they were called."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from fnmatch import fnmatch

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from hardening.model.facts import Inside, TlsServer
from hardening.model.known import Known, Unavailable

from .authority import at, certificates, day
from .verdict import Answer, all_of, given, not_applicable, unknown

OLD = ("TLSv1", "TLSv1.1")
LEAST_DAYS = 14
"""Enough to notice and to act; what renews by itself renews earlier."""
LEAST_BITS = 2048
BROKEN_HASHES = frozenset({"md5", "sha1"})
EXPECTED = f"for its names, {LEAST_DAYS} more days at least"
_DAY = 86400


def versions_spoken(inside: Known[Inside] | Unavailable, no_tls: str, *, is_meant: bool) -> Answer:
    """Judge by handshakes: none of the old versions may be spoken.

    Args:
        inside: of the container.
        no_tls: what is said where no server speaks TLS.
        is_meant: whether one should, by its settings.
    """

    def read(endpoints: tuple[TlsServer, ...]) -> Answer:
        if not endpoints:
            return _silent(no_tls, is_meant=is_meant)
        spoken = sorted({version for each in endpoints for version, on in each.protocols.items() if on})
        asked = {version for each in endpoints for version in each.protocols}
        gaps = [Unavailable(f"the node's TLS library cannot speak {each}") for each in OLD if each not in asked]
        return all_of(
            [*_old(endpoints), *gaps], fine=f"speaks {', '.join(spoken)}", expected=f"a refusal of {', '.join(OLD)}"
        )

    return given(inside, lambda seen: given(seen.endpoints, read))


def certificates_sent(inside: Known[Inside] | Unavailable, now: float, no_tls: str, *, is_meant: bool) -> Answer:
    """Judge the certificates that were sent: issued by an authority, in date, strong, for the names asked for.

    Args:
        inside: of the container.
        now: seconds since the epoch.
        no_tls: what is said where no server speaks TLS.
        is_meant: whether one should, by its settings.
    """

    def read(servers: tuple[TlsServer, ...]) -> Answer:
        if not servers:
            return _silent(no_tls, is_meant=is_meant)
        seen = [observation for each in servers for observation in _observations(each, now)]
        ends = sorted({_end(each) for each in servers})
        fine = f"sent {len(servers)} times, valid until {ends[0]}"
        return all_of(seen, fine=fine, expected=f"issued by an authority, strong, {EXPECTED}")

    return given(inside, lambda seen: given(seen.endpoints, read))


def complaints(
    now: float, not_before: datetime, not_after: datetime, names: Iterable[str], wanted: Iterable[str]
) -> Iterator[str]:
    """What is wrong with a certificate's dates and names, for each name that it should hold."""
    left = (not_after - at(now)).total_seconds() / _DAY
    if left < 0:
        yield f"ended on {day(not_after)}"
    elif left < LEAST_DAYS:
        yield f"ends on {day(not_after)}, in {left:.0f} days"
    if at(now) < not_before:
        yield f"is valid only from {day(not_before)}"
    held = tuple(names)
    yield from (f"is not for {name}" for name in wanted if name and not covers(held, name))


def covers(names: Iterable[str], wanted: str) -> bool:
    """Whether one of a certificate's names is the one wanted; `*` stands for one label."""
    return any(fnmatch(wanted.lower(), name.lower()) and name.count(".") == wanted.count(".") for name in names if name)


def names_of(certificate: x509.Certificate) -> tuple[str, ...]:
    """DNS names and addresses that a certificate is for."""
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    addresses = (str(each) for each in extension.get_values_for_type(x509.IPAddress))
    return (*extension.get_values_for_type(x509.DNSName), *addresses)


def _silent(no_tls: str, *, is_meant: bool) -> Answer:
    return unknown("it is set up to speak TLS, and no handshake was answered") if is_meant else not_applicable(no_tls)


def _weaknesses(certificate: x509.Certificate) -> Iterator[str]:
    """What lets somebody else make a key or a certificate that is taken for this one."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < LEAST_BITS:
        yield f"has an RSA key of {key.key_size} bits"
    algorithm = certificate.signature_hash_algorithm
    if algorithm and algorithm.name in BROKEN_HASHES:
        yield f"is signed with {algorithm.name.upper()}"


def _old(endpoints: Iterable[TlsServer]) -> Iterator[str | None]:
    for each in endpoints:
        spoken = [version for version in OLD if each.protocols.get(version)]
        yield f"port {each.port} speaks {', '.join(spoken)}" if spoken else None


def _observations(server: TlsServer, now: float) -> Iterator[str | Unavailable | None]:
    place = f"port {server.port}" + (f", {server.server_name}" if server.server_name else "")
    if not server.certificate:
        yield Unavailable(f"{place}: it ended the handshake before it sent a certificate")
        return
    match certificates(Known(server.certificate)):
        case Unavailable(reason=reason):
            yield Unavailable(f"{place}: {reason}")
        case Known(value=(own, *_)):
            start, end = own.not_valid_before_utc, own.not_valid_after_utc
            for complaint in complaints(now, start, end, names_of(own), (server.server_name,)):
                yield f"{place}: {complaint}"
            yield from (f"{place}: {weakness}" for weakness in _weaknesses(own))
            yield f"{place}: is signed by itself" if own.issuer == own.subject else None


def _end(server: TlsServer) -> str:
    match certificates(Known(server.certificate)):
        case Known(value=(own, *_)):
            return day(own.not_valid_after_utc)
        case _:
            return "an unknown day"
