"""Where a project's site is seen, by its stacks' published ports and the nodes that may carry them. Pure."""

import re
from collections.abc import Iterator, Mapping

import msgspec

from .model.compose import ComposeFile, ComposePort, ComposeService
from .model.inventory import Inventory, Node
from .model.project import Project

SITE = "site"
_HTTPS, _HTTP = 443, 80
_TLS_TARGETS = frozenset({443, 8443})
"""Ports of containers at which, by custom, TLS is spoken."""
_LABEL = re.compile(r"node\.labels\.(?P<key>[\w.-]+)\s*(?P<operator>==|!=)\s*(?P<value>\S+)")
_ROLE = re.compile(r"node\.role\s*(?P<operator>==|!=)\s*(?P<value>\S+)")


def bases(project: Project) -> tuple[str, ...]:
    """The site's address on each node that may carry it: by TLS where a service offers both."""
    found: dict[str, None] = {}
    for stack in project.stacks:
        document = msgspec.json.decode(stack.document, type=ComposeFile)
        for service in document.services.values():
            ports = [port for each in service.ports if (port := _published(each))]
            secure = [port for port in ports if port[1]]
            for node in _nodes(project.inventory, service):
                found |= {_base(node.address, port, tls=tls): None for port, tls in secure or ports}
    return tuple(found)


def links(base_urls: tuple[str, ...], paths: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """What is to be seen -> its addresses; the site first."""
    wanted = {SITE: "/", **paths}
    return {name: tuple(f"{base}/{path.lstrip('/')}" for base in base_urls) for name, path in wanted.items()}


def _published(port: str | int | ComposePort) -> tuple[int, bool] | None:
    """Published TCP port and whether TLS is spoken there; None where the engine chooses it, or for another protocol."""
    if isinstance(port, ComposePort):
        target, published, protocol = str(port.target), str(port.published), port.protocol
    else:
        words, _, protocol = str(port).partition("/")
        *before, target = words.split(":")
        published = before[-1] if before else ""
    if protocol not in {"", "tcp"} or not published.isdigit() or published == "0":
        return None
    number = int(published)
    tls = number != _HTTP and (number == _HTTPS or (target.isdigit() and int(target) in _TLS_TARGETS))
    return number, tls


def _base(address: str, port: int, *, tls: bool) -> str:
    host = f"[{address}]" if ":" in address else address
    scheme, usual = ("https", _HTTPS) if tls else ("http", _HTTP)
    return f"{scheme}://{host}" + ("" if port == usual else f":{port}")


def _nodes(inventory: Inventory, service: ComposeService) -> Iterator[Node]:
    """Nodes that show a service's ports: those that may carry it; all, where the swarm forwards to it."""
    forwarded = any(isinstance(port, str | int) or port.mode == "ingress" for port in service.ports)
    constraints = service.deploy.placement.get("constraints")
    wanted = [] if forwarded or not isinstance(constraints, list) else [str(each) for each in constraints]
    yield from (node for node in inventory.nodes if all(_fits(node, constraint) for constraint in wanted))


def _fits(node: Node, constraint: str) -> bool:
    """Whether a node meets a constraint; one of another kind is taken for met, as only the swarm can tell."""
    if label := _LABEL.fullmatch(constraint.strip()):
        return (node.labels.get(label["key"]) == label["value"]) is (label["operator"] == "==")
    if role := _ROLE.fullmatch(constraint.strip()):
        return (node.role.value == role["value"]) is (role["operator"] == "==")
    return True
