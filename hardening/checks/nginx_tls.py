"""Which servers of an NGINX speak TLS."""

from .directives import Scope, listens

NO_TLS = "no server speaks TLS, which nginx-tls-offered judges"


def speaks_tls(scope: Scope) -> bool:
    """Whether it is a server with TLS; one that refuses every handshake needs nothing else."""
    if scope.is_location or scope.value("ssl_reject_handshake") == "on":
        return False
    return any("ssl" in args or "quic" in args for args in listens(scope))
