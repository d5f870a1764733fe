"""Does NGINX tell strangers its version?"""

from hardening.checks.nginx_scopes import each_scope
from hardening.checks.vocabulary import Area, Check, Severity, cis_nginx, per_server

CHECK = Check(
    id="nginx-version-hidden",
    title="NGINX does not tell its version",
    area=Area.NGINX,
    severity=Severity.LOW,
    level=1,
    refs=cis_nginx("2.5.1"),
    rationale="The version in every answer tells a scanner which published holes to try.",
    remediation="`server_tokens off;` in `http`.",
    evaluate=per_server(
        each_scope(
            lambda scope: (
                None if (value := scope.value("server_tokens", "on")) in {"off", ""} else f"server_tokens {value}"
            ),
            where=lambda scope: not scope.is_location or scope.has("server_tokens"),
            fine="server_tokens off",
            expected="server_tokens off",
            nothing="it has no server",
        )
    ),
)
