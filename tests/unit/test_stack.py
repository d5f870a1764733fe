from collections.abc import Callable
from pathlib import Path

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
    before = stack.spec_hashes(rendering(PLAIN), {"token": "shop_token_1"}, PROFILES)
    assert before == stack.spec_hashes(rendering(PLAIN), {"token": "shop_token_1"}, PROFILES)
    assert before != stack.spec_hashes(rendering(text), names, profiles)


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


def test_the_reference_stack_renders() -> None:
    path = Path(__file__).parents[2] / "stack" / "stack.yml.j2"
    images = {"mongod": "m@sha256:1", "api": "a@sha256:2", "nginx": "n@sha256:3"}
    for topology in ("resilient", "seed"):
        shop = stack.render("nodepop", path, INVENTORY, images, {"topology": topology})
        assert shop.replica_sets["rs0"].arbiter_votes == (topology == "seed")
        assert {service.profile for service in shop.services.values()} == {"mongod", "api", "nginx"}
