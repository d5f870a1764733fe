from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hardening import stack
from hardening.errors import HardenError
from hardening.model.inventory import Inventory, LocalTransport, Node, NodeRole
from hardening.model.policy import RoleProfile
from hardening.model.stack import PROFILE_HASH_LABEL, SPEC_LABEL, Stack

INVENTORY = Inventory((Node("n1", "10.0.0.1", NodeRole.MANAGER, {}, LocalTransport()),), "test")
PROFILES = {"web": RoleProfile("web", "harden-web", "profile text", "{}")}

PLAIN = """\
services:
  web:
    image: web@sha256:1
    x-harden: {profile: web}
    x-other-tool: {any: thing}
    secrets: [token]
secrets:
  token:
    x-harden: {generate: random}
"""

Rendering = Callable[..., Stack]


@pytest.fixture
def rendering(tmp_path: Path) -> Rendering:
    def render(text: str, name: str = "stack.yml", **variables: object) -> Stack:
        path = tmp_path / name
        path.write_text(text)
        return stack.render("shop", path, INVENTORY, {"web": "web@sha256:1"}, variables)

    return render


def test_a_plain_compose_file_needs_no_template(rendering: Rendering) -> None:
    shop = rendering(PLAIN)
    assert shop.services["web"].name == "shop_web"
    assert shop.services["web"].profile == "web"
    assert shop.services["web"].secrets == {"token": "token"}


def test_the_deployed_document_names_secrets_and_carries_hashes(rendering: Rendering) -> None:
    document = stack.as_yaml(stack.compose(rendering(PLAIN), {"token": "shop_token_1"}, PROFILES))
    assert "external: true" in document
    assert "name: shop_token_1" in document
    assert "generate" not in document
    assert "x-other-tool" not in document
    assert SPEC_LABEL in document
    assert f"{PROFILE_HASH_LABEL}: {PROFILES['web'].hash}" in document


@pytest.mark.parametrize(
    ("text", "names", "profiles"),
    [
        (PLAIN.replace("sha256:1", "sha256:2"), {"token": "shop_token_1"}, PROFILES),
        (PLAIN, {"token": "shop_token_2"}, PROFILES),
        (PLAIN, {"token": "shop_token_1"}, {"web": RoleProfile("web", "harden-web", "another text", "{}")}),
    ],
    ids=["another image", "a new secret", "another profile"],
)
def test_the_hash_changes_with_what_a_task_is_made_of(
    rendering: Rendering, text: str, names: dict[str, str], profiles: dict[str, RoleProfile]
) -> None:
    before = hashes(rendering(PLAIN), {"token": "shop_token_1"}, PROFILES)
    assert before == hashes(rendering(PLAIN), {"token": "shop_token_1"}, PROFILES)
    assert before != hashes(rendering(text), names, profiles)


def hashes(made: Stack, names: dict[str, str], profiles: dict[str, RoleProfile]) -> dict[str, str]:
    return stack.spec_hashes(stack.compose(made, names, profiles), made)


OWN = """\
services:
  web:
    image: web@sha256:1
    secrets: [certificate]
    configs:
      - {source: names, target: /etc/names.conf}
  db: {image: db@sha256:1}
secrets:
  certificate: {external: true, name: site-2026}
configs:
  names: {external: true, name: names-1}
"""


@pytest.mark.parametrize(("old", "new"), [("site-2026", "site-2027"), ("names-1", "names-2")])
def test_a_secret_or_config_of_the_user_s_own_under_a_new_name_changes_who_uses_it(
    rendering: Rendering, old: str, new: str
) -> None:
    before, after = (hashes(rendering(text), {}, {}) for text in (OWN, OWN.replace(old, new)))
    assert before["shop_db"] == after["shop_db"]
    assert before["shop_web"] != after["shop_web"]


BAD = {
    "unknown key": ("services:\n  web:\n    image: x\n    imagge: y\n", 4, "unknown key `imagge`"),
    "unknown key of ours": (
        "services:\n  web:\n    image: x\n    x-harden: {profil: web}\n",
        4,
        "unknown key `profil`",
    ),
    "wrong type": (
        "services:\n  web:\n    image: x\n    read_only: 3\n",
        4,
        "`services.web.read_only`: expected true or false",
    ),
    "a key that Swarm drops": ("services:\n  web:\n    image: x\n    privileged: true\n", 4, "Swarm ignores"),
    "a template of no known secret": (
        "services: {}\nsecrets:\n  a:\n    x-harden:\n      generate: template\n      template: '${b}'\n",
        6,
        "`${b}` is no other generated secret",
    ),
    "a template of a certificate": (
        (
            "services: {}\nsecrets:\n  a:\n    x-harden:\n      generate: template\n      template: '${b}'\n  b:\n"
            "    x-harden: {generate: certificate, names: [b]}\n"
        ),
        6,
        "`${b}` is renewed",
    ),
    "a certificate for nobody": (
        "services: {}\nsecrets:\n  a:\n    x-harden: {generate: certificate}\n",
        4,
        "needs `names`",
    ),
    "a certificate for what is no name": (
        "services: {}\nsecrets:\n  a:\n    x-harden:\n      generate: certificate\n      names: ['https://a']\n",
        6,
        "`https://a` is neither a DNS name nor an IP address",
    ),
    "a certificate of an unknown authority": (
        "services: {}\nsecrets:\n  a:\n    x-harden: {generate: certificate, names: [a], authority: b}\n",
        4,
        "`b` is no secret with `generate: authority`",
    ),
    "an authority that signs nothing": (
        "services: {}\nsecrets:\n  a:\n    x-harden: {generate: authority}\n",
        4,
        "no certificate names this authority",
    ),
    "a certificate for longer than clients take": (
        "services: {}\nsecrets:\n  a:\n    x-harden: {generate: certificate, names: [a], days: 1000}\n",
        4,
        "825",
    ),
    "a replica set of strangers": (
        "services: {}\nx-harden:\n  replica_sets:\n    rs0: {members: [a], keyfile: k, users: {}}\n",
        4,
        "there is no service `a`",
    ),
}


@pytest.mark.parametrize(("text", "line", "message"), BAD.values(), ids=BAD)
def test_bad_input_names_its_line(rendering: Rendering, text: str, line: int, message: str) -> None:
    with pytest.raises(HardenError) as caught:
        rendering(text)
    assert f"stack.yml:{line}: " in caught.value.message
    assert message in caught.value.message


def test_an_unknown_variable_names_its_line(rendering: Rendering) -> None:
    with pytest.raises(HardenError, match=r"stack\.yml\.j2:3: template: 'colour' is undefined"):
        rendering("services:\n  web:\n    image: {{ colour }}\n", "stack.yml.j2")


def test_an_image_that_was_never_pushed_says_how_to_push_it(rendering: Rendering) -> None:
    with pytest.raises(HardenError) as caught:
        rendering('services:\n  db:\n    image: "{{ images.db }}"\n', "stack.yml.j2")
    assert "harden images push" in caught.value.hint


def reference(**variables: object) -> tuple[Stack, dict[str, Any]]:
    """The reference stack: as it was read, and as it would be deployed."""
    path = Path(__file__).parents[2] / "stack" / "stack.yml.j2"
    images = {"mongod": "m@sha256:1", "api": "a@sha256:2", "nginx": "n@sha256:3"}
    nodepop = stack.render("nodepop", path, INVENTORY, images, variables)
    profiles = {name: RoleProfile(name, f"harden-{name}", "text", "{}") for name in images}
    return nodepop, stack.compose(nodepop, {name: f"x_{name}" for name in nodepop.secrets}, profiles)


@pytest.mark.parametrize("topology", ["resilient", "seed"])
def test_every_member_of_the_reference_stack_has_a_certificate_of_its_own_and_trusts_the_others(topology: str) -> None:
    nodepop, document = reference(topology=topology)
    replica_set = nodepop.replica_sets["rs0"]
    assert replica_set.arbiter_votes == (topology == "seed")
    assert {service.profile for service in nodepop.services.values()} == {"mongod", "api", "nginx"}
    for name in (*replica_set.members, replica_set.arbiter):
        secret = nodepop.secrets[f"{name}_certificate"]
        assert (secret.authority, set(secret.usage)) == ("database_ca", {"server", "client"})
        assert name in secret.names
        mounted = {each["source"]: each for each in document["services"][name]["secrets"]}
        assert mounted[f"{name}_certificate"]["target"] == "member.pem"
        assert {each["mode"] for each in mounted.values()} == {0o400}
        assert not [each for each in mounted if each.endswith("_certificate") and each != f"{name}_certificate"]
        assert "--tlsMode" not in document["services"][name]["command"]
    assert document["services"]["api"]["environment"]["MONGODB_CA_FILE"] == "/run/secrets/database_ca.pem"


PORTS = {
    "TLS": ({}, {(8080, 80), (8443, 443)}),
    "ports of one's own": ({"http_port": 8000, "https_port": 8001}, {(8080, 8000), (8443, 8001)}),
    "plain HTTP": ({"plain_http": True}, {(8080, 80)}),
}


@pytest.mark.parametrize(("variables", "ports"), PORTS.values(), ids=PORTS)
def test_the_edge_of_the_reference_stack_publishes(variables: dict[str, object], ports: set[tuple[int, int]]) -> None:
    edge = reference(**variables)[1]["services"]["nginx"]
    assert {(port["target"], port["published"]) for port in edge["ports"]} == ports
    assert ("secrets" in edge) == (len(ports) == 2)
    assert ("command" in edge) == (len(ports) == 1)


def test_the_site_s_certificate_is_for_every_machine_and_every_name_given() -> None:
    names = reference(site_names=["shop.example"])[0].secrets["site_certificate"].names
    assert names == ("localhost", "127.0.0.1", "n1", "10.0.0.1", "shop.example")


def test_a_certificate_of_the_user_s_own_takes_its_place() -> None:
    nodepop, document = reference(site_certificate="site-2026")
    assert "site_certificate" not in nodepop.secrets
    assert document["secrets"]["site_certificate"] == {"external": True, "name": "site-2026"}
    assert document["services"]["nginx"]["secrets"][0]["target"] == "site.pem"


@pytest.mark.parametrize(("mode", "trusts"), [("allowTLS", False), ("preferTLS", True)])
def test_a_set_without_tls_goes_there_in_steps(mode: str, trusts: bool) -> None:
    services = reference(database_tls=mode)[1]["services"]
    command = services["mongo1"]["command"]
    assert command[command.index("--tlsMode") + 1] == mode
    assert ("MONGODB_CA_FILE" in services["api"]["environment"]) is trusts


REPLICA_SET = """\
x-harden:
  replica_sets:
    rs:
      members: [{members}]
      keyfile: key
      users: {{}}
{more}
services:
  a: {{image: db, secrets: [key]}}
  b: {{image: db, secrets: [key]}}
secrets:
  key: {{x-harden: {{generate: random}}}}
"""


@pytest.mark.parametrize(
    ("members", "more", "complaint"),
    [
        ("a, b, a", "", "`a` is named twice"),
        ("a, b", "      arbiter: b", "`b` is named twice"),
        ("a, b", "      arbiter_votes: true", "`arbiter_votes` without an `arbiter`"),
        ("", "", "one member at least"),
        ("a, b, c, d, e, f, g, h", "", "7 votes at most"),
        ("a, b", "      election_timeout_ms: 5", "election_timeout_ms"),
        ("a, z", "", "there is no service `z`"),
    ],
)
def test_a_replica_set_that_cannot_be_is_refused(rendering: Rendering, members: str, more: str, complaint: str) -> None:
    with pytest.raises(HardenError, match=complaint) as caught:
        rendering(REPLICA_SET.format(members=members, more=more))
    assert "stack.yml:" in caught.value.message


def test_a_part_of_a_document_defines_its_service_as_the_whole_does(rendering: Rendering) -> None:
    text = PLAIN.replace("services:\n", "services:\n  other: {image: other}\n")
    whole = stack.compose(rendering(text), {"token": "shop_token_1"}, PROFILES)
    part = stack.only(whole, ("web",))
    assert part == {**whole, "services": {"web": whole["services"]["web"]}}  # type: ignore[index]  # a mapping
