"""Certificates that are made here: an authority that lives for one issue, and what it signs. And reading them again.

An authority's key exists only inside `issue`: nothing that is stolen later can sign in its name. So certificates that
belong together are issued together, and renewed together by a new authority.

ECDSA on P-256 throughout: every TLS library and browser takes it, which cannot be said of Ed25519.
"""

import datetime as dt
import ipaddress
import secrets
from collections.abc import Iterable, Mapping
from typing import Literal, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from msgspec import Struct

Usage = Literal["server", "client"]
Extension = TypeVar("Extension", bound=x509.ExtensionType)

_CLOCK_SKEW = dt.timedelta(hours=1)
_COMMON_NAME = 64
"""Characters that X.520 lets a common name have."""
_PURPOSES = {"server": ExtendedKeyUsageOID.SERVER_AUTH, "client": ExtendedKeyUsageOID.CLIENT_AUTH}


class Wanted(Struct, frozen=True):
    """A certificate to be made.

    Attributes:
        names: DNS names and IP addresses it is for; the first is its subject's.
        usage: what its holder is in a handshake.
        days: its life, and its authority's.
    """

    names: tuple[str, ...]
    usage: tuple[Usage, ...] = ("server",)
    days: int = 365


class Issued(Struct, frozen=True):
    """A certificate and its private key, in PEM. Shows nothing of the key."""

    certificate: str
    key: str

    def __repr__(self) -> str:
        return "Issued(…)"


class Certificate(Struct, frozen=True):
    """What a certificate says. Times are seconds since the epoch.

    Attributes:
        subject: common name.
        names: DNS names and IP addresses.
        fingerprint: SHA-256 of the whole, in hex.
        own: its key's identifier, in hex.
        signer: that of the key which signed it; its own for an authority.
    """

    subject: str
    names: tuple[str, ...]
    usage: tuple[Usage, ...]
    not_before: float
    not_after: float
    fingerprint: str
    own: str
    signer: str
    pem: str

    @property
    def days(self) -> int:
        """Its whole life."""
        return round((self.not_after - self.not_before) / 86400)

    def left(self, now: float) -> float:
        """Which part of its life is still to come: from 1 down to 0, and less once it is over."""
        return (self.not_after - now) / (self.not_after - self.not_before)


def issue(authority: str, wanted: Mapping[str, Wanted]) -> tuple[str, dict[str, Issued]]:
    """Make an authority, let it sign, and forget its key.

    Args:
        authority: what it is called; a date and a random part make the name its own.
        wanted: key of your choice -> certificate.

    Returns:
        The authority's certificate in PEM, and what it signed by the same keys.
    """
    now = dt.datetime.now(dt.UTC)
    ca_key = ec.generate_private_key(ec.SECP256R1())
    life = max((each.days for each in wanted.values()), default=1)
    stamp = f" {now:%Y-%m-%d} {secrets.token_hex(4)}"
    ca_name = _name(authority[: _COMMON_NAME - len(stamp)] + stamp)
    ca = (
        _builder(ca_name, ca_name, ca_key.public_key(), now, life)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .sign(ca_key, hashes.SHA256())
    )
    return _pem(ca), {key: _signed(each, ca_name, ca_key, now) for key, each in wanted.items()}


def read(pem: str) -> tuple[Certificate, ...]:
    """Every certificate of a PEM text, in its order.

    Raises:
        ValueError: there is none, or one cannot be read.
    """
    return tuple(_read(each) for each in x509.load_pem_x509_certificates(pem.encode()))


def read_der(der: bytes) -> Certificate:
    """A certificate as it comes in a handshake.

    Raises:
        ValueError: it is none.
    """
    return _read(x509.load_der_x509_certificate(der))


def day(seconds: float) -> str:
    """A date as people write it, in UTC."""
    return f"{dt.datetime.fromtimestamp(seconds, dt.UTC):%Y-%m-%d}"


def is_name(text: str) -> bool:
    """Whether a certificate can be for it: a DNS name, or an IP address."""
    try:
        _alternative(text)
    except ValueError:
        return False
    return True


def plain_name(text: str) -> str:
    """A name as certificates spell it: IP addresses in their shortest form, DNS names in lower case."""
    found = _alternative(text)
    return str(found.value).lower()


def _signed(wanted: Wanted, ca_name: x509.Name, ca_key: ec.EllipticCurvePrivateKey, now: dt.datetime) -> Issued:
    key = ec.generate_private_key(ec.SECP256R1())
    purposes = [_PURPOSES[each] for each in wanted.usage]
    certificate = (
        _builder(_name(wanted.names[0][:_COMMON_NAME]), ca_name, key.public_key(), now, wanted.days)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
        .add_extension(x509.SubjectAlternativeName([_alternative(each) for each in wanted.names]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Issued(_pem(certificate), private.decode())


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: dt.datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    """An authority signs certificates, a server signs handshakes, and neither does anything else."""
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _alternative(name: str) -> x509.DNSName | x509.IPAddress:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        labels = name.removeprefix("*.").split(".")
        if len(name) > 253 or not all(_is_label(each) for each in labels):  # noqa: PLR2004 - RFC 1035, 2.3.4
            raise ValueError(f"`{name}` is neither a DNS name nor an IP address") from None
        return x509.DNSName(name.lower())


def _is_label(text: str) -> bool:
    """RFC 1123, 2.1, and the underscore that services are named with."""
    plain = text.replace("-", "").replace("_", "")
    return 0 < len(text) < 64 and plain.isascii() and plain.isalnum() and text[0] != "-" and text[-1] != "-"  # noqa: PLR2004 - as above


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _read(certificate: x509.Certificate) -> Certificate:
    extensions = certificate.extensions
    names = _extension(extensions, x509.SubjectAlternativeName)
    purposes = _extension(extensions, x509.ExtendedKeyUsage)
    own = _extension(extensions, x509.SubjectKeyIdentifier)
    signer = _extension(extensions, x509.AuthorityKeyIdentifier)
    own_id = own.digest.hex() if own else ""
    common = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return Certificate(
        subject=str(common[0].value) if common else "",
        names=tuple(str(each.value) for each in names or ()),
        usage=tuple(_usages(purposes or ())),
        not_before=certificate.not_valid_before_utc.timestamp(),
        not_after=certificate.not_valid_after_utc.timestamp(),
        fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
        own=own_id,
        signer=(signer.key_identifier or b"").hex() if signer else own_id,
        pem=_pem(certificate),
    )


def _extension(extensions: x509.Extensions, kind: type[Extension]) -> Extension | None:
    try:
        return extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _usages(purposes: Iterable[x509.ObjectIdentifier]) -> Iterable[Usage]:
    names: dict[x509.ObjectIdentifier, Usage] = {
        ExtendedKeyUsageOID.SERVER_AUTH: "server",
        ExtendedKeyUsageOID.CLIENT_AUTH: "client",
    }
    return (names[each] for each in purposes if each in names)
