"""A configuration as a tree, and what must not pass for one."""

import json
import re
from typing import Any

import pytest

from hardening.errors import HardenError
from hardening.facts import nginx
from hardening.facts.nginx_words import Word, words
from hardening.model.engine import ContainerConfig, ContainerState, HostConfig, Inspect
from hardening.model.facts import ContainerFacts, Directive, Inside, ProcessFacts
from hardening.model.known import Known, Unavailable
from hardening.node.configured import found

MAIN = "/etc/nginx/nginx.conf"
GAP = Unavailable("not read")
LOOK: Any = nginx.LOOK["configuration"]


def dump(**files: str) -> str:
    """What a node tells of files below /etc/nginx, the first one being the main one."""
    names = {
        "main": MAIN,
        "types": "/etc/nginx/mime.types",
        "a": "/etc/nginx/conf.d/a.conf",
        "b": "/etc/nginx/conf.d/b.conf",
    }
    plain = [re.sub(LOOK["comment"], "", text) for text in files.values()]
    included = [f"/etc/nginx/{name}" for text in plain for name in found([LOOK["include"]], text)]
    return json.dumps({"files": {names[name]: text for name, text in files.items()}, "included": included})


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
        ("include nowhere.conf;", "nginx.conf:1: /etc/nginx/nowhere.conf is included, but is not there"),
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


@pytest.mark.parametrize("line", ["include conf.d/*.conf;", '"include" conf.d/*.conf;', "include 'a;b';"])
def test_an_include_that_the_node_did_not_follow_hides_nothing(line: str) -> None:
    with pytest.raises(HardenError, match="is included, but was not followed"):
        nginx.parse(json.dumps({"files": {MAIN: line}}))


def test_a_file_that_nothing_includes_is_no_part_of_the_configuration() -> None:
    assert flat(nginx.parse(dump(main="user x;", a="server_tokens on;"))) == [("user", "x")]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [("", "makes no sense"), ("{}", "makes no sense"), ('{"files": {}}', "no configuration file")],
)
def test_a_text_without_a_file_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(HardenError, match=complaint):
        nginx.parse(text)


@pytest.mark.parametrize(
    ("text", "followed"),
    [
        ("include a; include 'b';include c;", ["a", "b", "c"]),
        ("http {include x/*.conf ;}", ["x/*.conf"]),
        ("include\n  d;", ["d"]),
        ("# include old;\nuser x; # include old;", []),
        ("set $include x;\nssl_include x;", []),
        ("include a#b;", ["a#b"]),
    ],
)
def test_a_node_follows_every_include(text: str, followed: list[str]) -> None:
    assert found([LOOK["include"]], re.sub(LOOK["comment"], "", text)) == followed


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


def container(
    *, inside: Known[Inside] | Unavailable = GAP, command: str = "nginx", **texts: Known[str] | Unavailable
) -> ContainerFacts:
    labels = {"com.docker.swarm.service.name": "site_web"}
    inspect = Inspect("f" * 64, "/site_web.1", "", "", ContainerState(), ContainerConfig(labels=labels), HostConfig())
    process = ProcessFacts(1, command, "", GAP, 2, True, 0, 0, 0, 0, 0, 101, ((0, 0, 65536),))
    return ContainerFacts(inspect, Known((process,)), GAP, texts, inside)


def test_a_server_is_named_by_its_service() -> None:
    server = nginx.server("node1", container(configuration=Known(dump(main="user x;")), version=Known("1.26.3")))
    assert server is not None
    assert (server.service, server.node, server.version) == ("site_web", "node1", Known("1.26.3"))
    assert server.config == Known((Directive("user", ("x",), MAIN, 1),))


def test_a_container_without_nginx_is_no_server() -> None:
    assert nginx.server("node1", container(command="node")) is None


def test_what_could_not_be_read_says_why() -> None:
    gap = Unavailable("its file does not tell")
    server = nginx.server("node1", container(configuration=Known("rubbish"), version=gap))
    assert server is not None
    assert isinstance(server.config, Unavailable)
    assert "makes no sense" in server.config.reason
    assert server.version == gap


def test_a_server_that_could_not_be_looked_at_is_one_of_which_nothing_is_known() -> None:
    server = nginx.server("node1", container(inside=Unavailable("it ended")))
    assert server is not None
    assert server.config == server.version == server.inside == Unavailable("it ended")


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
