"""How a database member is spoken to: what it speaks is tried, and the best of it used. The facts say which it was.

Plaintext is used only where no TLS is spoken. Where nothing tells which authority to trust, as in a stranger's stack,
TLS is spoken unverified: the node tells that the right container is at the other end, and SCRAM sends no password.
"""

from typing import NamedTuple

import msgspec

from hardening.certificates import Certificate
from hardening.hosts.database import Door, Tls
from hardening.model.facts import MongoMember, OfferedCertificate
from hardening.model.known import Known, Unavailable


class Speech(NamedTuple):
    """What a server speaks, by trying."""

    plaintext: Known[str] | Unavailable
    certificate: Known[Certificate] | Unavailable


def heard(door: Door) -> Speech:
    """A refusal counts only where the server is there and speaks TLS."""
    certificate = door.offers_certificate()
    match plaintext := door.answers_plaintext():
        case Known(value=True):
            answer: Known[str] | Unavailable = Known("answered")
        case Known() if isinstance(certificate, Known):
            answer = Known("refused")
        case Known():
            answer = Unavailable("neither TLS nor plaintext is answered")
        case Unavailable():
            answer = plaintext
    return Speech(answer, certificate)


def chosen(door: Door, speech: Speech, authority: str) -> tuple[Door, Known[str] | Unavailable]:
    """The door with the best that the server speaks, and its name."""
    if isinstance(speech.certificate, Unavailable):
        return door, Known("plaintext") if speech.plaintext == Known("answered") else speech.certificate
    if not authority:
        return door.speaking(Tls()), Known("unverified TLS")
    match door.secrets[authority]:
        case Known(value=secret):
            return door.speaking(Tls(secret.reveal())), Known("verified TLS")
        case Unavailable() as gap:
            return door, gap


def told(member: MongoMember, speech: Speech, asked_over: Known[str] | Unavailable) -> MongoMember:
    """A member's facts with what it speaks."""
    return msgspec.structs.replace(
        member, plaintext=speech.plaintext, certificate=_offered(speech.certificate), asked_over=asked_over
    )


def _offered(certificate: Known[Certificate] | Unavailable) -> Known[OfferedCertificate] | Unavailable:
    match certificate:
        case Known(value=seen):
            return Known(
                OfferedCertificate(seen.subject, seen.names, seen.not_before, seen.not_after, seen.fingerprint)
            )
        case Unavailable() as gap:
            return gap
