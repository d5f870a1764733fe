"""What does NGINX answer to a name that is not its own?"""

from hardening.checks.directives import Scope, listens, servers
from hardening.checks.vocabulary import Answer, Area, Check, Severity, all_of, cis_nginx, given, per_server
from hardening.model.facts import Directive, NginxServer

FIRST_REFUSAL = 400


def judge(server: NginxServer) -> Answer:
    """On each address, the default server (marked, or the first) should refuse."""

    def read(config: tuple[Directive, ...]) -> Answer:
        default: dict[str, Scope] = {}
        for each in servers(config):
            for address, *words in listens(each):
                if "default_server" in words or address not in default:
                    default[address] = each
        return all_of(
            (
                None if _refuses(each) else f"{address}: {each.name} answers any name"
                for address, each in default.items()
            ),
            fine=f"refused on {', '.join(default)}",
            expected="a default server that refuses",
            nothing="it has no server",
        )

    return given(server.config, read)


def _refuses(server: Scope) -> bool:
    if server.value("ssl_reject_handshake") == "on":
        return True
    blocks = [server.own, *(each.block or () for each in server.own if each.args == ("/",) and each.name == "location")]
    returns = [each.args[0] for block in blocks for each in block if each.name == "return" and each.args]
    return any(code.isdigit() and int(code) >= FIRST_REFUSAL for code in returns)


CHECK = Check(
    id="nginx-unknown-hosts",
    title="Requests for unknown host names are refused",
    area=Area.NGINX,
    severity=Severity.LOW,
    level=1,
    refs=cis_nginx("2.4.2"),
    rationale="A server that answers to any name can be made to sign links to a stranger's, and is found by address "
    "scans.",
    remediation="`server { listen 8080 default_server; server_name _; return 444; }`.",
    evaluate=per_server(judge),
)
