"""Does a server bring the proof that its certificate was not revoked?"""

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from hardening.checks.authority import certificates
from hardening.checks.directives import Scope
from hardening.checks.nginx_scopes import each_scope
from hardening.checks.nginx_tls import NO_TLS, speaks_tls
from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Known,
    Severity,
    cis_nginx,
    given,
    not_applicable,
    per_server,
)
from hardening.model.facts import Inside, NginxServer


def judge(server: NginxServer) -> Answer:
    """Where its authority answers no such question (most do not any more), there is nothing to bring."""
    return given(server.inside, lambda inside: _judge(server, inside))


def _judge(server: NginxServer, inside: Inside) -> Answer:
    read = [found for pem in inside.certificates.values() if isinstance(found := certificates(pem), Known)]
    if read and len(read) == len(inside.certificates) and not any(_has_responder(chain.value[0]) for chain in read):
        return not_applicable("no certificate names a responder: its authority answers no OCSP")
    return CONFIGURED(server)


def _has_responder(certificate: x509.Certificate) -> bool:
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        return False
    return any(each.access_method == AuthorityInformationAccessOID.OCSP for each in access)


def observe(scope: Scope) -> str | None:
    """Off unless switched on."""
    return None if scope.value("ssl_stapling", "off") == "on" else "ssl_stapling off"


CONFIGURED = each_scope(observe, where=speaks_tls, fine="ssl_stapling on", expected="ssl_stapling on", nothing=NO_TLS)

CHECK = Check(
    id="nginx-ocsp-stapling",
    title="Where its authority answers OCSP, NGINX staples the answer",
    area=Area.NGINX,
    severity=Severity.LOW,
    level=1,
    refs=cis_nginx("4.1.7"),
    rationale="Without it browsers tell the authority who visits the site, or take a revoked certificate.",
    remediation="`ssl_stapling on; ssl_stapling_verify on; resolver 127.0.0.11;` in the TLS server.",
    evaluate=per_server(judge),
)
