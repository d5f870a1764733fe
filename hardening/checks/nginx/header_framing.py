"""May other sites show a page inside their own?"""

from hardening.checks.directives import Scope
from hardening.checks.nginx_scopes import ANYWHERE, each_scope, header, sources
from hardening.checks.vocabulary import Area, Check, Severity, per_server

read_options, read_policy = header("X-Frame-Options"), header("Content-Security-Policy")


def observe(scope: Scope) -> str | None:
    """Either header will do; browsers that know both go by the policy."""
    allowed = sources(read_policy(scope)).get("frame-ancestors")
    if allowed is None:
        return None if read_options(scope).upper() in {"DENY", "SAMEORIGIN"} else "any site may frame it"
    anywhere = sorted(ANYWHERE.intersection(allowed))
    return f"frame-ancestors {', '.join(anywhere)}" if anywhere else None


CHECK = Check(
    id="nginx-header-framing",
    title="Other sites cannot show pages inside their own",
    area=Area.NGINX,
    severity=Severity.LOW,
    level=1,
    refs=(),
    rationale="A page in an invisible frame makes visitors click what they do not see.",
    remediation="`frame-ancestors 'none'` in the security policy, or `add_header X-Frame-Options DENY always;`.",
    evaluate=per_server(
        each_scope(
            observe,
            where=lambda scope: scope.serves_files,
            fine="refused",
            expected="frame-ancestors, or X-Frame-Options",
            nothing="it serves no files; the application sends its own headers",
        )
    ),
)
