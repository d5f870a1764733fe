"""The containers of one service on this node, those that come and go meanwhile included. Part of node programs."""

from __future__ import annotations

import json
import threading
from typing import Any
from urllib.parse import quote

from hardening.node.engine_socket import NOT_FOUND, EngineError, EngineSocket, stream
from hardening.node.fact import NotReadable

SERVICE_LABEL = "com.docker.swarm.service.name"


class Watched:
    """Containers of a swarm service, or one container by name or id.

    Raises:
        NotReadable: the engine does not answer, or has no such container.
    """

    def __init__(self, path: str, service: str, container: str) -> None:
        self._engine = EngineSocket(path)
        self._service = service
        self.container = "" if service else self._identity(container)
        self._known: dict[str, dict[str, Any]] = {}
        self._events = stream(path, self._engine.api_version, f"/events?filters={quote(json.dumps(self._filter()))}")
        threading.Thread(target=self._listen, daemon=True).start()
        self.look()

    def look(self) -> dict[str, dict[str, Any]]:
        """Id -> what the engine says of each container that exists or was seen, as it is now or last was."""
        if self._service:
            chosen = quote(json.dumps({"label": [f"{SERVICE_LABEL}={self._service}"]}))
            found = [each["Id"] for each in self._engine.get(f"/containers/json?all=1&filters={chosen}")]
        else:
            found = [self.container]
        for identity in {*found, *self._known}:
            try:
                self._known[identity] = self._engine.get(f"/containers/{identity}/json")
            except EngineError as error:
                if error.status != NOT_FOUND:
                    raise
                self._known.setdefault(identity, {})
        return dict(self._known)

    def engine(self) -> tuple[str, str, str]:
        """Version of the engine, name and version of its OCI runtime, and its driver of control groups."""
        version, information = self._engine.version, self._engine.get("/info")
        parts = {part["Name"]: part["Version"] for part in version.get("Components") or ()}
        # Older engines call the component by the name that the default runtime has in their settings.
        name = "runc" if "runc" in parts else str(information.get("DefaultRuntime"))
        runtime = f"{name} {parts.get(name, '')}".rstrip()
        return str(version["Version"]), runtime, str(information["CgroupDriver"])

    def image(self, identity: str) -> str:
        """Digest of an image's manifest as its registry has it, or its id when it came from none."""
        try:
            digests = self._engine.get(f"/images/{identity}/json").get("RepoDigests") or ()
        except EngineError as error:
            if error.status != NOT_FOUND:
                raise
            return identity  # removed meanwhile
        return str(digests[0]).partition("@")[2] if digests else identity

    def _identity(self, name: str) -> str:
        return str(self._engine.get(f"/containers/{quote(name)}/json")["Id"])

    def _filter(self) -> dict[str, list[str]]:
        chosen = {"label": [f"{SERVICE_LABEL}={self._service}"]} if self._service else {"container": [self.container]}
        return {"type": ["container"], "event": ["create", "start"], **chosen}

    def _listen(self) -> None:
        """Remember containers that may be gone before anybody asks for them again."""
        try:
            for line in self._events:
                self._known.setdefault(json.loads(line)["id"], {})
        except (OSError, ValueError, NotReadable):
            return  # the engine restarted, or this program ends: `look` finds what still exists
