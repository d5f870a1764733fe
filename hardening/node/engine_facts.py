"""Engine, container and swarm facts. Only what the model names leaves the node. Part of node programs."""

from __future__ import annotations

import base64
import os
import re

from hardening.node.builds import build_of
from hardening.node.engine_socket import NOT_FOUND, EngineError, EngineSocket
from hardening.node.fact import Fact, NotReadable, fact
from hardening.node.fence import lacking
from hardening.node.inside import programs
from hardening.node.looks import look_for
from hardening.node.mount_table import reached, rows
from hardening.node.process import pids_by_container, processes, root_is_read_only
from hardening.node.redaction import redacted, text

TYPE_CHECKING = False  # as in the runtime
if TYPE_CHECKING:
    from typing import Any

_RELEASE = re.compile(r"v?\d\.\d+\.\d+(?![\w.])")
_ENDED = "%7B%22status%22%3A%5B%22created%22%2C%22exited%22%2C%22dead%22%5D%7D"
"""{"status":["created","exited","dead"]}, as an address has it."""


def prune(document: Any, shape: Any) -> Any:  # noqa: ANN401 - JSON
    """The parts of a document that its shape names; of environment variables the names only, and of the rest redacted.

    A shape is made from the model: `{field: shape}`, `{"*": shape}` for any field, `[shape]` for every item, or true
    for a value taken whole. So a join token, a registry login or a health check's output cannot slip through. In what
    the shapes do name, arguments and labels above all, whatever looks like a secret is replaced.

    Raises:
        NotReadable: the document has another form.
    """
    if shape is True or document is None:
        return redacted(document)
    if isinstance(shape, list):
        if not isinstance(document, list):
            raise NotReadable("the engine's answer has another form than expected: no list")
        # A list of words is redacted as a whole: an option decides over the word after it.
        return redacted(document) if shape[0] is True else [prune(item, shape[0]) for item in document]
    if not isinstance(document, dict):
        raise NotReadable("the engine's answer has another form than expected: no object")
    if "*" in shape:
        return {key: prune(value, shape["*"]) for key, value in document.items()}
    if "EnvSecrets" in shape:
        document = {**document, "EnvSecrets": _telling(document.get("Env"))}
    return {
        key: _names(document[key]) if key == "Env" else prune(document[key], inner)
        for key, inner in shape.items()
        if key in document
    }


def engine_facts(
    engine: EngineSocket, info: dict[str, Any], request: dict[str, Any], without_apparmor: str
) -> dict[str, Any]:
    """EngineFacts of the node."""
    shapes = request["shapes"]
    containers = _Containers(engine, request, without_apparmor)
    running = fact(containers.read)
    return {
        "info": prune(_without_features(info), shapes["info"]),
        "api_version": engine.api_version,
        "component_versions": _components(engine, info),
        "containers": running,
        "builds": {image: fact(_build, engine, image) for image in containers.images},
        "programs": {image: fact(programs, init) for image, init in containers.images.items()},
        "stopped": fact(_stopped, engine),
        "networks": fact(lambda: prune(engine.get("/networks"), [shapes["network"]])),
        "images": fact(lambda: prune(engine.get("/images/json"), [shapes["image"]])),
    }


def swarm_facts(engine: EngineSocket, info: dict[str, Any], request: dict[str, Any]) -> dict[str, Any]:
    """SwarmFacts, from a manager.

    Raises:
        NotReadable: this engine manages no swarm.
    """
    state = info.get("Swarm") or {}
    if not state.get("ControlAvailable"):
        known_state = state.get("LocalNodeState") or "unknown"
        why = "is a worker" if known_state == "active" else f"has swarm state {known_state}"
        raise NotReadable(f"the node {why}" + (f": {state['Error']}" if state.get("Error") else ""))
    shapes = request["shapes"]

    def listed(path: str, shape: str) -> Any:  # noqa: ANN401 - JSON
        return prune(engine.get(path) or [], [shapes[shape]])

    configs = [{**each, "HoldsSecret": _holds_secret(each)} for each in engine.get("/configs") or []]

    return {
        "seen_from": request["node"],
        "cluster": prune(engine.get("/swarm"), shapes["cluster"]),
        "nodes": listed("/nodes", "node"),
        "services": listed("/services", "service"),
        "tasks": listed("/tasks", "task"),
        "networks": listed("/networks", "network"),
        "secrets": listed("/secrets", "stored"),
        "configs": prune(configs, [shapes["stored"]]),
    }


def _components(engine: EngineSocket, info: dict[str, Any]) -> dict[str, str]:
    """Versions of the engine's parts.

    `/info`, which is asked anyway, names the commit of runc; releases and distributions put the version into it. Only
    where a build does not is `/version` asked, for which the engine starts its runtime once more.
    """
    commit = str((info.get("RuncCommit") or {}).get("ID") or "")
    if _RELEASE.match(commit):
        return {"Engine": str(info.get("ServerVersion") or ""), "runc": commit.removeprefix("v")}
    return {str(part["Name"]): str(part["Version"]) for part in engine.version.get("Components") or []}


class _Containers:
    """Running containers: the engine's word, the kernel's, and what they hold inside."""

    def __init__(self, engine: EngineSocket, request: dict[str, Any], without_apparmor: str) -> None:
        self._engine = engine
        self._shape = request["shapes"]["inspect"]
        self._looks = request.get("looks", [])
        self._without_apparmor = without_apparmor
        self._node = rows("self")
        self.images: dict[str, int] = {}
        """Image id -> the first process of some container of it, filled by `read`."""

    def read(self) -> list[dict[str, Any]]:
        inspected = [self._inspect(str(entry["Id"])) for entry in self._engine.get("/containers/json")]
        members = pids_by_container()
        return [self._container(document, members.get(document["Id"], [])) for document in inspected if document]

    def _inspect(self, container: str) -> dict[str, Any]:
        """The engine's document; an empty one when the container went meanwhile."""
        try:
            return dict(self._engine.get(f"/containers/{container}/json"))
        except EngineError as error:
            if error.status == NOT_FOUND:
                return {}
            raise

    def _container(self, document: dict[str, Any], members: list[int]) -> dict[str, Any]:
        init = int(document["State"]["Pid"])
        running = fact(lambda: self._processes(init, members))
        found = running.get("value") or []
        if init and document.get("Image"):
            self.images.setdefault(str(document["Image"]), init)
        texts: dict[str, Fact] = {}
        kept: dict[str, Any] = {
            "inspect": prune({**document, "Mounts": self._mounts(document, init)}, self._shape),
            "processes": running,
            "root_read_only": fact(lambda: root_is_read_only(_alive(init))),
            "texts": texts,
            "fence": fact(lambda: lacking(_alive(init))),
        }
        for wanted in self._looks:
            if any(process["command"] == wanted["program"] for process in found):
                kept["inside"] = fact(look_for, wanted, init, found, texts)
        return kept

    def _mounts(self, document: dict[str, Any], init: int) -> list[dict[str, Any]]:
        """The engine's record of mounts, each with the node's names of what the kernel shows there."""
        mounts = document.get("Mounts") or []
        if not mounts:
            return []
        try:
            inside = rows(str(_alive(init)))
        except (OSError, NotReadable):
            inside = []  # it ended while we looked, which its processes tell; the record says what was asked for
        return [{**mount, "Reaches": reached(inside, self._node, str(mount.get("Destination")))} for mount in mounts]

    def _processes(self, init: int, members: list[int]) -> list[dict[str, Any]]:
        if not members and os.path.exists(f"/proc/{_alive(init)}"):
            raise NotReadable("none of the node's control groups bears the container's id")
        return processes(members, _alive(init), without_apparmor=self._without_apparmor)


def _build(engine: EngineSocket, image: str) -> dict[str, Any]:
    return build_of(engine.get(f"/images/{image}/history") or [])


def _stopped(engine: EngineSocket) -> list[dict[str, Any]]:
    """StoppedContainers."""
    return [
        {
            "name": str((entry.get("Names") or [entry["Id"][:12]])[0]).lstrip("/"),
            "state": str(entry.get("State") or ""),
            "created": float(entry.get("Created") or 0),
            "service": str((entry.get("Labels") or {}).get("com.docker.swarm.service.name") or ""),
        }
        for entry in engine.get(f"/containers/json?all=1&filters={_ENDED}") or []
    ]


def _without_features(info: dict[str, Any]) -> dict[str, Any]:
    """An engine's description without the list of features that newer ones repeat for every runtime, 3 kB each."""
    runtimes = info.get("Runtimes") or {}
    slim = {name: {key: value for key, value in each.items() if key != "status"} for name, each in runtimes.items()}
    return {**info, "Runtimes": slim}


def _alive(init: int) -> int:
    if not init:
        raise NotReadable("the container does not run at the moment")
    return init


def _holds_secret(config: dict[str, Any]) -> bool:
    """Whether a config's content, which managers show to whoever may ask them, holds what looks like a secret."""
    content = base64.b64decode((config.get("Spec") or {}).get("Data") or "").decode("utf-8", "replace")
    return text(content) != content


def _telling(environment: Any) -> list[str]:  # noqa: ANN401 - JSON
    """Names of variables whose value looks like a secret, such as an address with a login in it."""
    pairs = [str(entry).partition("=")[::2] for entry in environment or []]
    return [name for name, value in pairs if text(value) != value]


def _names(environment: Any) -> list[str] | None:  # noqa: ANN401 - JSON
    return None if environment is None else [str(entry).partition("=")[0] for entry in environment]
