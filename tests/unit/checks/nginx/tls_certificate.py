from hardening.model.facts import Facts
from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import (
    NOW,
    altered_inside,
    certificate_pem,
    cluster,
    endpoint,
    missing,
    nginx_server,
    with_nginx,
)

DAY = 86400


def showing(
    start: float = NOW - 10 * DAY, name: str = "shop.example", issuer: str = "shop-ca", pem: str | None = None
) -> Facts:
    made = certificate_pem(start, 90, name, issuer=issuer, called=name) if pem is None else pem
    shown = endpoint(8443, server_name="shop.example", certificate=made)
    return with_nginx(inside=altered_inside(nginx_server().inside, endpoints=Known((shown,))))


SILENT = altered_inside(nginx_server().inside, endpoints=Known(()))
WEAK = """\
-----BEGIN CERTIFICATE-----
MIIB+jCCAWOgAwIBAgIBATANBgkqhkiG9w0BAQUFADASMRAwDgYDVQQDDAdzaG9w
LWNhMB4XDTI2MDEwMTAwMDAwMFoXDTM2MTIzMTAwMDAwMFowFzEVMBMGA1UEAwwM
c2hvcC5leGFtcGxlMIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDcbuEGZZLb
mOnuhdmT+0zhwP0fj3NRR3bJ0olNN/zjvhKp8taxs5ZcnkMYYz/KG3fqcjcZeogu
IdWiEMjwQ4Y2BtmYAGELk9sI+LomJTvGDEYhTGJg/DgpVePNx3b+zmDJfOA1hCsv
hvYFmIhG9HY8v+7Dz4v6XMNDTewCQXIlcwIDAQABo1swWTAXBgNVHREEEDAOggxz
aG9wLmV4YW1wbGUwHQYDVR0OBBYEFOMaXdxf1rTKCA6FHv4sG7jxG/nZMB8GA1Ud
IwQYMBaAFMXv09RxkkoLIRhyLRUAANIdWImWMA0GCSqGSIb3DQEBBQUAA4GBAKso
eowJA/Cg779g9DAMIHNRg8R0F29vTTzeY0sDqb589M75u8tjbu4i1D+HYSLbX9sK
nPmMdrAqgSVv4sE0SFvG1FaSfBZRuZ3jW0d7s7U8M8we64vaBEZ1khaH/YfpwjX1
nns2xg3nI2uExgTrj6f2UpHsMUaKsxenImfOqD7X
-----END CERTIFICATE-----
"""
"""A key of 1024 bits and a signature by SHA-1, which today's libraries no longer make."""

CASES = (
    passes("in date and for its name", showing(), says="valid until"),
    passes("a wildcard", showing(name="*.example")),
    fails("ended", showing(NOW - 100 * DAY), says="port 8443, shop.example: ended on"),
    fails("ends this week", showing(NOW - 85 * DAY), says="in 5 days"),
    fails("for another name", showing(name="shop.example.org"), says="is not for shop.example"),
    fails("a key that can be found out", showing(pem=WEAK), says="has an RSA key of 1024 bits"),
    fails("a signature that can be forged", showing(pem=WEAK), says="is signed with SHA1"),
    fails("signed by itself", showing(issuer=""), says="signed by itself"),
    unknown("none sent", showing(pem=""), says="before it sent a certificate"),
    unknown("not to be read", showing(pem="rubbish")),
    unknown("not called", with_nginx(inside=altered_inside(nginx_server().inside, endpoints=missing()))),
    unknown("no answer, though it should speak TLS", with_nginx(inside=SILENT), says="no handshake was answered"),
    inapplicable("no TLS", cluster(nginx=(nginx_server("http { server { listen 80; } }", inside=SILENT),))),
    inapplicable("no web server", cluster()),
)
