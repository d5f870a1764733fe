"""The registry's certificate, read by the library that clients use."""

import datetime as dt
import ipaddress

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.verification import PolicyBuilder, Store

from hardening.lab.certificates import issue

ISSUED = issue("node1", "10.77.0.11")
CERTIFICATE = x509.load_pem_x509_certificate(ISSUED.certificate.encode())
CA = x509.load_pem_x509_certificate(ISSUED.ca.encode())


def test_a_client_that_trusts_the_authority_takes_the_server_by_name_and_address() -> None:
    policy = PolicyBuilder().store(Store([CA]))
    for subject in (x509.DNSName("node1"), x509.IPAddress(ipaddress.ip_address("10.77.0.11"))):
        assert policy.build_server_verifier(subject).verify(CERTIFICATE, []) == [CERTIFICATE, CA]


def test_the_key_belongs_to_the_certificate() -> None:
    key = load_pem_private_key(ISSUED.key.encode(), password=None)
    assert key.public_key() == CERTIFICATE.public_key()


def test_it_is_valid_now_on_a_clock_that_is_a_little_behind() -> None:
    now = dt.datetime.now(dt.UTC)
    assert CERTIFICATE.not_valid_before_utc < now - dt.timedelta(minutes=50)
    assert CERTIFICATE.not_valid_after_utc > now + dt.timedelta(days=365)


def test_two_labs_have_two_authorities() -> None:
    assert issue("node1", "10.77.0.11").ca != ISSUED.ca
