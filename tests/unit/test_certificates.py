"""What is issued, read by the library that verifies, and by OpenSSL's own rules."""

import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from hardening.certificates import Wanted, is_name, issue, plain_name, read, read_der

AUTHORITY, ISSUED = issue(
    "shop database " + "x" * 80,
    {
        "db1": Wanted(("db1", "127.0.0.1", "::1"), ("server", "client"), 90),
        "web": Wanted(("*.shop.example", "shop.example")),
    },
)


def pair(name: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(ISSUED[name].certificate.encode())


@pytest.mark.parametrize(
    ("name", "purpose", "accepted"),
    [("db1", "sslserver", True), ("db1", "sslclient", True), ("web", "sslserver", True), ("web", "sslclient", False)],
)
def test_openssl_takes_each_for_what_it_was_asked_for_and_nothing_else(
    tmp_path: Path, name: str, purpose: str, accepted: bool
) -> None:
    (tmp_path / "ca.pem").write_text(AUTHORITY)
    (tmp_path / "own.pem").write_text(ISSUED[name].certificate)
    argv = ["openssl", "verify", "-x509_strict", "-purpose", purpose, "-CAfile", "ca.pem", "own.pem"]
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode == 0) is accepted, done.stderr


def test_a_certificate_tells_what_it_was_asked_to_be() -> None:
    (told,) = read(ISSUED["db1"].certificate)
    (authority,) = read(AUTHORITY)
    assert (told.subject, told.names, told.usage, told.days) == (
        "db1",
        ("db1", "127.0.0.1", "::1"),
        ("server", "client"),
        90,
    )
    assert (told.signer, authority.signer) == (authority.own, authority.own)
    assert authority.not_after >= told.not_after
    assert told.left(told.not_before) == 1
    assert told.left(told.not_after) == 0
    assert len(authority.subject) <= 64


def test_the_key_belongs_to_the_certificate_and_is_not_shown() -> None:
    key = load_pem_private_key(ISSUED["web"].key.encode(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert key.public_key() == pair("web").public_key()
    assert "PRIVATE" not in repr(ISSUED)


def test_an_authority_signs_no_other_authority() -> None:
    constraints = x509.load_pem_x509_certificate(AUTHORITY.encode()).extensions.get_extension_for_class(
        x509.BasicConstraints
    )
    assert (constraints.critical, constraints.value.ca, constraints.value.path_length) == (True, True, 0)


def test_two_issues_have_nothing_in_common() -> None:
    again, issued = issue("shop database", {"db1": Wanted(("db1",))})
    (first,), (second,) = read(AUTHORITY), read(again)
    assert first.subject != second.subject
    assert first.own != second.own
    assert issued["db1"].key != ISSUED["db1"].key


def test_a_handshake_s_form_reads_the_same() -> None:
    from cryptography.hazmat.primitives.serialization import Encoding

    (told,) = read(ISSUED["web"].certificate)
    assert read_der(pair("web").public_bytes(Encoding.DER)) == told


@pytest.mark.parametrize("text", ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"])
def test_what_is_no_certificate_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read(text)


@pytest.mark.parametrize(
    ("name", "fine"),
    [
        ("mongo1", True),
        ("a.example", True),
        ("*.a.example", True),
        ("10.0.0.1", True),
        ("::1", True),
        ("my_db", True),
        ("", False),
        ("a b", False),
        ("a..b", False),
        ("-a", False),
        ("a:27017", False),
        ("https://a", False),
        ("a" * 64, False),
        ("ñ.example", False),
        ("a.*.example", False),
    ],
)
def test_only_dns_names_and_addresses_are_names(name: str, fine: bool) -> None:
    assert is_name(name) is fine


def test_names_have_one_spelling() -> None:
    assert (plain_name("DB1.Example"), plain_name("0:0:0:0:0:0:0:1")) == ("db1.example", "::1")
