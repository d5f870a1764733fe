"""May browsers guess what a file is?"""

from hardening.checks.nginx_scopes import each_scope, header
from hardening.checks.vocabulary import Area, Check, Severity, cis_nginx, per_server

read = header("X-Content-Type-Options")

CHECK = Check(
    id="nginx-header-nosniff",
    title="Browsers are told not to guess content types",
    area=Area.NGINX,
    severity=Severity.LOW,
    level=1,
    refs=cis_nginx("5.3.1"),
    rationale="A picture that a browser takes for a script runs in the site's name.",
    remediation="`add_header X-Content-Type-Options nosniff always;`, again in each location with an `add_header`.",
    evaluate=per_server(
        each_scope(
            lambda scope: None if read(scope).lower() == "nosniff" else "no X-Content-Type-Options: nosniff",
            where=lambda scope: scope.serves_files,
            fine="sent",
            expected="X-Content-Type-Options: nosniff",
            nothing="it serves no files; the application sends its own headers",
        )
    ),
)
