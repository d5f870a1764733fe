"""Which servers of an NGINX speak TLS."""

from hardening.model.facts import NginxServer
from hardening.model.known import Known

from .directives import Scope, listens, servers

NO_TLS = "no server speaks TLS, which nginx-tls-offered judges"


def speaks_tls(scope: Scope) -> bool:
    """Whether it is a server with TLS; one that refuses every handshake needs nothing else."""
    if scope.is_location or scope.value("ssl_reject_handshake") == "on":
        return False
    return any("ssl" in args or "quic" in args for args in listens(scope))


def is_meant(server: NginxServer) -> bool:
    """Whether some server of the configuration should speak TLS."""
    return isinstance(server.config, Known) and any(map(speaks_tls, servers(server.config.value)))
