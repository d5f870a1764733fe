from hardening.model.facts import Facts
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import cluster, missing, nginx_server, with_nginx


def passing(text: str, location: str = "/x/") -> Facts:
    return with_nginx("#more", f"location {location} {{ {text} }}")


CASES = (
    passes("named, by a variable", with_nginx()),
    passes("the path is the client's", passing("proxy_pass http://api:3000$request_uri;")),
    passes("so is the query", passing("proxy_pass http://api/?q=$arg_q;")),
    fails("by an argument", passing("proxy_pass http://$arg_to;"), says="the client says $arg_to"),
    fails("by a header", passing("proxy_pass https://${http_host}:443/;"), says="$http_host"),
    fails("by a part of the path", passing("proxy_pass http://$1;", "~ ^/x/(.*)$"), says="$1"),
    fails("by a part with a name", passing("proxy_pass http://$to/;", "~ ^/x/(?<to>.*)$"), says="$to"),
    fails("by way of another variable", passing("set $to $arg_to; proxy_pass http://$to;"), says="$arg_to"),
    fails("under a condition", passing("if ($arg_to) { proxy_pass http://$arg_to; }")),
    fails("wholly", passing("proxy_pass $arg_to;")),
    unknown("not read", with_nginx(config=missing())),
    inapplicable("passes nothing on", cluster(nginx=(nginx_server("http { server { root /srv; } }"),))),
)
