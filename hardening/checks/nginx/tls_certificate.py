"""Is the certificate that a server shows issued, strong, in date, and for its names?"""

from collections.abc import Iterator

from hardening.checks.nginx_tls import NO_TLS, is_meant
from hardening.checks.subjects import per_server
from hardening.checks.tls import certificates_sent
from hardening.checks.vocabulary import Area, Check, Outcome, Severity, cis_nginx
from hardening.model.facts import Facts


def evaluate(facts: Facts) -> Iterator[Outcome]:
    """By handshake under each name of the configuration, against the moment the facts were read."""
    return per_server(
        lambda server: certificates_sent(server.inside, facts.gathered_at, NO_TLS, is_meant=is_meant(server))
    )(facts)


CHECK = Check(
    id="nginx-tls-certificate",
    title="NGINX shows a certificate that an authority issued, that is strong, in date and for its names",
    area=Area.NGINX,
    severity=Severity.HIGH,
    level=1,
    refs=cis_nginx("4.1.2"),
    rationale="A browser's warning that people learn to click away protects nobody.",
    remediation="Issue a new one for all names, replace the secret, `docker service update --force SERVICE`.",
    evaluate=evaluate,
)
