"""Where the site is, by what stacks publish and where they may run; and moments as people type them."""

import json
from typing import Any

import pytest

from hardening import addresses, moments
from hardening.errors import HardenError
from hardening.model.inventory import Inventory, LocalTransport, Node, NodeRole
from hardening.model.project import EngineSettings, Project, SwarmSettings
from hardening.model.stack import Stack

NODES = (
    Node("n1", "10.0.0.1", NodeRole.MANAGER, {"edge": "true"}, LocalTransport()),
    Node("n2", "10.0.0.2", NodeRole.WORKER, {}, LocalTransport()),
    Node("n3", "fd00::3", NodeRole.WORKER, {"edge": "true"}, LocalTransport()),
)


def project(*ports: Any, constraints: tuple[str, ...] = ()) -> Project:  # noqa: ANN401 - as a Compose file has them
    web = {"image": "web", "ports": ports, "deploy": {"placement": {"constraints": constraints}}}
    stack = Stack("shop", "stack.yml", json.dumps({"services": {"web": web}}), {}, {}, {})
    return Project("shop", ".", Inventory(NODES, "test"), EngineSettings(), SwarmSettings(), (stack,), {})


def host(target: int, published: int, protocol: str = "tcp") -> dict[str, Any]:
    return {"target": target, "published": published, "protocol": protocol, "mode": "host"}


EDGE = ("node.labels.edge == true",)
CASES: dict[str, tuple[Project, tuple[str, ...]]] = {
    "on the nodes that may carry it": (
        project(host(8080, 80), constraints=EDGE),
        ("http://10.0.0.1", "http://[fd00::3]"),
    ),
    "not where it may not run": (
        project(host(8080, 80), constraints=("node.labels.edge != true", "node.role==worker")),
        ("http://10.0.0.2",),
    ),
    "by TLS where it offers both": (project(host(8080, 80), host(8443, 443), constraints=("node.role == manager",)),
                                    ("https://10.0.0.1",)),
    "TLS by the container's port": (project(host(8443, 9443), constraints=(*EDGE, "node.role == manager")),
                                    ("https://10.0.0.1:9443",)),
    "on every node where the swarm forwards": (
        project("8000:8080", constraints=EDGE),
        ("http://10.0.0.1:8000", "http://10.0.0.2:8000", "http://[fd00::3]:8000"),
    ),
    "no other protocol, and no port that the engine chooses": (project(host(53, 53, "udp"), 8080, "8080"), ()),
}  # fmt: skip


@pytest.mark.parametrize(("wanted", "found"), CASES.values(), ids=CASES)
def test_the_site_is_where_its_ports_are(wanted: Project, found: tuple[str, ...]) -> None:
    assert addresses.bases(wanted) == found


def test_links_hang_on_every_base() -> None:
    assert addresses.links(("http://a", "http://b:81"), {"docs": "/docs/"}) == {
        "site": ("http://a/", "http://b:81/"),
        "docs": ("http://a/docs/", "http://b:81/docs/"),
    }


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("90s", 999_910),
        ("10m", 999_400),
        ("2h", 992_800),
        ("1d", 913_600),
        ("1970-01-01T00:01:40Z", 100),
        ("1970-01-01T00:01:40", 100),
        ("1970-01-01T01:01:40+01:00", 100),
    ],
)
def test_a_moment_is_read_as_people_type_it(text: str, found: float) -> None:
    assert moments.seconds(text, 1_000_000) == found


@pytest.mark.parametrize("text", ["yesterday", "10", "-10m", "10 m", ""])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(HardenError, match="is no moment"):
        moments.seconds(text, 0)
