"""`nginx -T` as a tree, and what must not pass for one."""

import re

import pytest

from hardening.errors import HardenError
from hardening.facts import nginx
from hardening.facts.nginx_words import Word, words
from hardening.model.engine import ContainerConfig, ContainerState, HostConfig, Inspect
from hardening.model.facts import ContainerFacts, Directive
from hardening.model.known import Known, Unavailable

MAIN = "/etc/nginx/nginx.conf"


def dump(**files: str) -> str:
    """What `nginx -T` prints of files below /etc/nginx, the first one being the main one."""
    names = {
        "main": MAIN,
        "types": "/etc/nginx/mime.types",
        "a": "/etc/nginx/conf.d/a.conf",
        "b": "/etc/nginx/conf.d/b.conf",
    }
    return "".join(f"# configuration file {names[name]}:\n{text}\n" for name, text in files.items())


def flat(directives: tuple[Directive, ...]) -> list[object]:
    return [
        (each.name, *each.args) if each.block is None else (each.name, *each.args, flat(each.block))
        for each in directives
    ]


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("user nginx;", [("user", "nginx")]),
        ("events {}", [("events", [])]),
        ("a { b { c d; } }", [("a", [("b", [("c", "d")])])]),
        ("# user root;\nuser www; # not root;", [("user", "www")]),
        ("a b#c;", [("a", "b#c")]),
        ("a 'x;y' \"{z}\";", [("a", "x;y", "{z}")]),
        ("a ';' '{';", [("a", ";", "{")]),
        (r"a 'it\'s' \"q\";", [("a", "it's", '"q"')]),
        (r"a ^/b\.c$ \d;", [("a", r"^/b\.c$", r"\d")]),
        ("log_format x '${a}' ${b}c;", [("log_format", "x", "${a}", "${b}c")]),
        ('if ($x = "") { return 1; }', [("if", "($x", "=", "", ")", [("return", "1")])]),
        ('if ($x ~ "a") {}', [("if", "($x", "~", "a", ")", [])]),
        ("content_by_lua_block { if a then b = { 1 } end }\nuser x;", [("content_by_lua_block",), ("user", "x")]),
        ("a\r\n\tb;\r\n", [("a", "b")]),
        ("", []),
    ],
)
def test_text_becomes_directives(text: str, tree: list[object]) -> None:
    assert flat(nginx.parse(dump(main=text))) == tree


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("user nginx", "nginx.conf:1: the file ends before the directive does"),
        ("events {\nx 1;", "nginx.conf:1: the file ends before the directive does"),
        ("user x;\n}", "nginx.conf:2: a block ends that never began"),
        ("http { user x }", "nginx.conf:1: 'x' is not ended by a semicolon"),
        ("\n;", "nginx.conf:2: ';' without a directive before it"),
        ("{ }", "nginx.conf:1: '}' without a directive before it"),
        ("a 'b;\n", "nginx.conf:1: a quotation does not end"),
        ("a 'b'c;", "nginx.conf:1: 'c' follows a quotation without a blank"),
        ("a_by_lua_block { x", "nginx.conf:1: a block of code does not end"),
        ("a {" * 100_000, "nginx.conf:1: blocks are nested too deep"),
        ("include nowhere.conf;", "nginx.conf:1: /etc/nginx/nowhere.conf is included, but was not printed"),
    ],
)
def test_what_is_no_configuration_is_refused_with_its_place(text: str, complaint: str) -> None:
    with pytest.raises(HardenError) as refused:
        nginx.parse(dump(main=text))
    assert refused.value.message.endswith(complaint)


def test_included_files_stand_where_they_are_included_with_their_own_places() -> None:
    tree = nginx.parse(
        dump(
            main="http {\n include mime.types;\n include conf.d/*.conf;\n}",
            types="types { text/html html; }",
            a="server { listen 1; }",
            b="\nserver { listen 2; }",
        )
    )
    assert flat(tree) == [
        ("http", [("types", [("text/html", "html")]), ("server", [("listen", "1")]), ("server", [("listen", "2")])])
    ]
    assert tree[0].block is not None
    assert [(each.file, each.line) for each in tree[0].block] == [
        ("/etc/nginx/mime.types", 1),
        ("/etc/nginx/conf.d/a.conf", 1),
        ("/etc/nginx/conf.d/b.conf", 2),
    ]


def test_a_pattern_that_finds_nothing_includes_nothing() -> None:
    assert flat(nginx.parse(dump(main="include conf.d/*.none;"))) == []


def test_a_file_that_includes_itself_is_refused() -> None:
    with pytest.raises(HardenError, match="includes are nested too deep"):
        nginx.parse(dump(main="include conf.d/a.conf;", a="include /etc/nginx/conf.d/a.conf;"))


def test_a_comment_that_looks_like_the_start_of_a_file_hides_nothing() -> None:
    hidden = "user x;\n# configuration file /tmp/y:\nserver_tokens on;"
    with pytest.raises(HardenError, match="/tmp/y is printed, but nothing includes it"):
        nginx.parse(dump(main=hidden))


@pytest.mark.parametrize("text", ["", "nginx: [emerg] no such file\n"])
def test_output_without_a_file_is_refused(text: str) -> None:
    with pytest.raises(HardenError, match="printed no configuration file"):
        nginx.parse(text)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("proxy_set_header Authorization 'Basic c2VjcmV0';", ("Authorization", "<redacted>")),
        ("proxy_set_header Authorization $http_authorization;", ("Authorization", "$http_authorization")),
        ("proxy_set_header X-Api-Key abc;", ("X-Api-Key", "<redacted>")),
        ("secure_link_secret abc;", ("<redacted>",)),
        ("ssl_password_file /etc/nginx/pass;", ("/etc/nginx/pass",)),
        ("set $token abc;", ("$token", "<redacted>")),
        ("server_tokens off;", ("off",)),
        ("add_header X-Frame-Options DENY;", ("X-Frame-Options", "DENY")),
    ],
)
def test_secrets_of_a_configuration_stay_out(text: str, kept: tuple[str, ...]) -> None:
    (directive,) = nginx.parse(dump(main=text))
    assert directive.args == kept


def test_words_carry_their_lines() -> None:
    assert list(words("f", "a 'b\nc'\n;\nd")) == [
        Word("a", 1),
        Word("b\nc", 1, quoted=True),
        Word(";", 3),
        Word("d", 4),
    ]


def container(**answers: Known[str] | Unavailable) -> ContainerFacts:
    names = {"dump": "nginx -T", "version": "nginx -v"}
    labels = {"com.docker.swarm.service.name": "site_web"}
    inspect = Inspect("f" * 64, "/site_web.1", "", "", ContainerState(), ContainerConfig(labels=labels), HostConfig())
    gap = Unavailable("not read")
    return ContainerFacts(inspect, gap, gap, {names[key]: answer for key, answer in answers.items()})


def test_a_server_is_named_by_its_service() -> None:
    answers = {"dump": Known(dump(main="user x;")), "version": Known("nginx version: nginx/1.26.3 (Debian)\n")}
    server = nginx.server("node1", container(**answers))
    assert server is not None
    assert (server.service, server.node, server.version) == ("site_web", "node1", Known("1.26.3"))
    assert server.config == Known((Directive("user", ("x",), MAIN, 1),))


def test_a_container_without_nginx_is_no_server() -> None:
    assert nginx.server("node1", container()) is None


@pytest.mark.parametrize(
    ("dumped", "reason"),
    [
        (Unavailable("nginx ended with 1: no"), "nginx ended with 1: no"),
        (Known("rubbish"), "nginx -T: printed no configuration file"),
    ],
)
def test_what_could_not_be_read_says_why(dumped: Known[str] | Unavailable, reason: str) -> None:
    server = nginx.server("node1", container(dump=dumped, version=Known("no version")))
    assert server is not None
    assert server.config == Unavailable(reason)
    assert server.version == Unavailable("nginx -v told no version: 'no version'")


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("server_name a.example b.example;", ["a.example b.example"]),
        ("  server { listen 80; server_name a.example; }", ["a.example"]),
        ("# server_name old.example;", []),
        ("listen 80; # server_name old.example;", []),
        ("server_name_in_redirect on;", []),
    ],
)
def test_names_to_call_a_server_by_are_those_in_force(line: str, name: list[str]) -> None:
    patterns = nginx.LOOK["name_patterns"]
    assert isinstance(patterns, list)
    assert [found for pattern in patterns for found in re.findall(pattern, line, re.MULTILINE)] == name
