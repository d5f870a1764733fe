"""Engine, container and swarm facts. Only what the model names leaves the node. Part of node programs."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from hardening.node.builds import build_of
from hardening.node.engine_socket import NOT_FOUND, EngineError, EngineSocket
from hardening.node.fact import Fact, NotReadable, fact
from hardening.node.inside import programs
from hardening.node.looks import look_for
from hardening.node.mount_table import reached, rows
from hardening.node.process import command_line, pids_by_container, processes, root_is_read_only
from hardening.node.redaction import redacted

_ANSWER_SECONDS = 20
_ENDED = quote(json.dumps({"status": ["created", "exited", "dead"]}))


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
    components = engine.version.get("Components") or []
    running = fact(containers.read)
    return {
        "info": prune(_without_features(info), shapes["info"]),
        "api_version": engine.api_version,
        "component_versions": {str(part["Name"]): str(part["Version"]) for part in components},
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

    return {
        "seen_from": request["node"],
        "cluster": prune(engine.get("/swarm"), shapes["cluster"]),
        "nodes": listed("/nodes", "node"),
        "services": listed("/services", "service"),
        "tasks": listed("/tasks", "task"),
        "networks": listed("/networks", "network"),
        "secrets": listed("/secrets", "stored"),
        "configs": listed("/configs", "stored"),
    }


class _Containers:
    """Running containers: the engine's word, the kernel's, and answers from inside."""

    def __init__(self, engine: EngineSocket, request: dict[str, Any], without_apparmor: str) -> None:
        self._engine = engine
        self._shape = request["shapes"]["inspect"]
        self._questions = request.get("questions", [])
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
        answers = self._answers(document["Id"], found)
        if init and document.get("Image"):
            self.images.setdefault(str(document["Image"]), init)
        kept: dict[str, Any] = {
            "inspect": prune({**document, "Mounts": self._mounts(document, init)}, self._shape),
            "processes": running,
            "root_read_only": fact(lambda: root_is_read_only(_alive(init))),
            "answers": answers,
        }
        for wanted in self._looks:
            if any(process["command"] == wanted["program"] for process in found):
                kept["inside"] = fact(look_for, wanted, _alive(init), found, answers)
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

    def _answers(self, container: str, running: list[dict[str, Any]]) -> dict[str, Fact]:
        answers = {}
        for question in self._questions:
            asked = [process for process in running if process["command"] == question["program"]]
            if asked:
                answers[str(question["name"])] = fact(self._answer(container, question, asked))
        return answers

    def _answer(self, container: str, question: dict[str, Any], asked: list[dict[str, Any]]) -> Callable[[], str]:
        def ask() -> str:
            program = asked[0]["executable"]
            if not program or program.endswith(" (deleted)"):
                raise NotReadable(f"the kernel does not tell the path of {question['program']}")
            kept = kept_options([command_line(process["pid"]) for process in asked], question.get("keep", []))
            argv = [program, *question["arguments"], *kept]
            seconds = question.get("seconds", _ANSWER_SECONDS)
            return self._engine.run(container, argv, question.get("stream", "stdout"), seconds)

        return ask


def kept_options(lines: list[list[str]], options: list[str]) -> list[str]:
    """Options with their values, as the first of some command lines that has them was started.

    A program that writes its title over its command line (NGINX does) leaves one long argument: it is taken apart.
    """
    kept = []
    for option in options:
        for line in lines:
            words = " ".join(line).split()
            if option in words[:-1]:
                kept += [option, words[words.index(option) + 1]]
                break
    return kept


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


def _names(environment: Any) -> list[str] | None:  # noqa: ANN401 - JSON
    return None if environment is None else [str(entry).partition("=")[0] for entry in environment]
