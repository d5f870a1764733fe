"""What may a page load and run?"""

from hardening.checks.directives import Scope
from hardening.checks.nginx_scopes import ANYWHERE, each_scope, header, sources
from hardening.checks.vocabulary import Area, Check, Severity, cis_nginx, per_server

UNSAFE = frozenset({"'unsafe-inline'", "'unsafe-eval'", "data:", "blob:"})
read = header("Content-Security-Policy")


def observe(scope: Scope) -> str | None:
    """Present, and no free pass for scripts in it."""
    policy = read(scope)
    if not policy:
        return "no Content-Security-Policy"
    parts = sources(policy)
    scripts = parts.get("script-src", parts.get("default-src"))
    if scripts is None:
        return "scripts are not restricted"
    unsafe = [word for word in scripts if word in UNSAFE | ANYWHERE]
    return f"scripts: {', '.join(unsafe)}" if unsafe else None


CHECK = Check(
    id="nginx-header-csp",
    title="Pages carry a content security policy that restricts scripts",
    area=Area.NGINX,
    severity=Severity.MEDIUM,
    level=2,
    refs=cis_nginx("5.3.2"),
    rationale="It keeps injected markup from running and from sending data elsewhere.",
    remediation="`add_header Content-Security-Policy \"default-src 'self'; frame-ancestors 'none'\" always;`.",
    evaluate=per_server(
        each_scope(
            observe,
            where=lambda scope: scope.serves_files,
            fine="sent",
            expected="a policy without unsafe-inline, unsafe-eval, data: or every site for scripts",
            nothing="it serves no files; the application sends its own headers",
        )
    ),
)
