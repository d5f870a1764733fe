"""Is the server from a release line that still gets fixes?"""

from hardening.checks import versions
from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Severity,
    cis_nginx,
    failed,
    given,
    passed,
    per_server,
    unknown,
)
from hardening.model.facts import NginxServer

FLOOR = (1, 26)
"""The oldest line that a distribution in support (Debian 13) still maintains."""


def judge(server: NginxServer) -> Answer:
    """What the program itself says."""

    def read(text: str) -> Answer:
        version = versions.parse(text)
        if not version:
            return unknown(f"`{text}` is no version")
        return (passed if version >= FLOOR else failed)(text, "1.26 or later")

    return given(server.version, read)


CHECK = Check(
    id="nginx-version-supported",
    title="NGINX is from a release line that still receives fixes",
    area=Area.NGINX,
    severity=Severity.HIGH,
    level=1,
    refs=cis_nginx("1.1.1", "1.2.1", "1.2.2"),
    rationale="It is the first program that a stranger's bytes reach.",
    remediation="Rebuild the image on a current base and deploy it by its new digest.",
    evaluate=per_server(judge),
)
