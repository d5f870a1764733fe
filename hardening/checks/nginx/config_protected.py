"""Can anybody but root change NGINX's configuration?"""

from hardening.checks.directives import walk
from hardening.checks.inside import FileRule, judged
from hardening.checks.vocabulary import Answer, Area, Check, Severity, cis_nginx, given, per_server
from hardening.model.facts import Directive, FileFacts, Inside, NginxServer

ROOT = (0, -1)
"""Root inside, or a user of the node that the container does not know."""
WRITE = 0o022


def _is_fine(file: FileFacts, _inside: Inside) -> bool:
    return file.uid in ROOT and not file.mode & WRITE


RULE = FileRule(
    _is_fine,
    fine="root's, and writable for nobody else",
    expected="root (or nobody inside), no write permission for group and others",
    nothing="it was read from no file",
)


def judge(server: NginxServer) -> Answer:
    """Each file that the configuration was read from, from the container's own root."""

    def read(config: tuple[Directive, ...]) -> Answer:
        paths = {directive.file for directive in walk(config)}
        return given(
            server.inside,
            lambda inside: judged(inside, sorted(paths), RULE),
        )

    return given(server.config, read)


CHECK = Check(
    id="nginx-config-protected",
    title="NGINX's configuration belongs to root, and nobody else may write it",
    area=Area.NGINX,
    severity=Severity.MEDIUM,
    level=1,
    refs=cis_nginx("2.3.1", "2.3.2"),
    rationale="Whoever writes it leads requests elsewhere, or has NGINX hand out any file it can read.",
    remediation="`COPY --chown=0:0 --chmod=0644` in the image, or a swarm config; never a volume it writes to.",
    evaluate=per_server(judge),
)
