"""Are weak groups offered for the key exchange?"""

from hardening.checks.directives import Scope
from hardening.checks.nginx_scopes import each_scope
from hardening.checks.nginx_tls import NO_TLS, speaks_tls
from hardening.checks.vocabulary import Area, Check, Severity, Unavailable, cis_nginx, per_server

STRONG = frozenset(
    {
        "auto", "x25519mlkem768", "secp256r1mlkem768", "secp384r1mlkem1024", "mlkem768", "mlkem1024", "x25519", "x448",
        "prime256v1", "secp256r1", "p-256", "secp384r1", "p-384", "secp521r1", "p-521", "ffdhe3072", "ffdhe4096",
    }
)  # fmt: skip
"""`auto` leaves it to OpenSSL, whose own list has held no weak one since 1.1.1."""


def observe(scope: Scope) -> str | Unavailable | None:
    """Curves and groups by name. Parameters in a file cannot be told from here, where a cipher would use them."""
    groups = scope.value("ssl_ecdh_curve", "auto").split(":")
    weak = [group for group in groups if group.lower() not in STRONG]
    if weak:
        return f"ssl_ecdh_curve {', '.join(weak)}"
    file = scope.value("ssl_dhparam")
    ciphers = scope.value("ssl_ciphers", "HIGH:!aNULL:!MD5").split(":")
    uses = any(each.startswith("DHE") or each in {"HIGH", "kDHE", "kEDH"} for each in ciphers)
    return Unavailable(f"the strength of the parameters in {file} was not read") if file and uses else None


CHECK = Check(
    id="nginx-tls-groups",
    title="Only strong groups are offered for the key exchange",
    area=Area.NGINX,
    severity=Severity.MEDIUM,
    level=1,
    refs=cis_nginx("4.1.6"),
    rationale="Traffic recorded today is read later by whoever breaks a weak group once.",
    remediation="`ssl_ecdh_curve X25519MLKEM768:X25519:prime256v1:secp384r1;`, no `ssl_dhparam`, ECDHE ciphers only.",
    evaluate=per_server(
        each_scope(
            observe,
            where=speaks_tls,
            fine="strong groups",
            expected="X25519, P-256, P-384 or their ML-KEM hybrids",
            nothing=NO_TLS,
        )
    ),
)
