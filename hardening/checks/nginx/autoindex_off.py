"""Does NGINX list the contents of folders?"""

from hardening.checks.nginx_scopes import each_scope
from hardening.checks.vocabulary import Area, Check, Severity, cis_nginx, per_server

CHECK = Check(
    id="nginx-autoindex-off",
    title="Folders are not listed",
    area=Area.NGINX,
    severity=Severity.MEDIUM,
    level=1,
    refs=cis_nginx("2.5.3"),
    rationale="A listing finds for a stranger what nobody linked to.",
    remediation="Remove `autoindex on;`.",
    evaluate=per_server(
        each_scope(
            lambda scope: "autoindex on" if scope.value("autoindex", "off") == "on" else None,
            where=lambda scope: not scope.is_location or scope.has("autoindex"),
            fine="autoindex off",
            expected="autoindex off",
            nothing="it has no server",
        )
    ),
)
