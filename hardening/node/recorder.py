"""Records what a service's containers on this node do, until its standard input ends. Runs as root.

The request, one line of JSON:

    {"service": NAME or "", "container": NAME or "", "engine_socket": PATH,
     "profile": NAME or "", "audit": "must", "loaded" or "try", "complain": BOOL, "refusals_only": BOOL}

Either a swarm service or a container is named. `profile` is the AppArmor profile whose messages are collected:
always, where it is loaded, or where that can be done; `complain` puts it into complain mode meanwhile. With
`refusals_only` calls are counted and what became of them, and nothing of what they were about, which takes a node a
small part of the time to begin. The answer, one line of JSON, comes once everything is watched:

    {"socket": PATH, "containers": NUMBER, "error": ""}

What was recorded is asked for at the socket, by the program `recorder_answer`, while this one still runs. Whatever ends
it (the question, the end of the input or of the connection, a signal), bpftrace ends too and the profile is enforced
again.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import signal
import socket
import sys
import tempfile
import threading
from typing import Any

from hardening.node.audit_trail import AuditTrail, Complaining
from hardening.node.bpftrace import Bpftrace
from hardening.node.connection import until_it_ends
from hardening.node.control_groups import group_path, number, numbers, place, threads
from hardening.node.fact import NotReadable, read_text, reason
from hardening.node.kernel import loaded_profiles
from hardening.node.recorded import born, homes, rows
from hardening.node.watched import Watched

FOLDER = "/run/harden"
ARCHITECTURE = "x86_64"


def main() -> None:
    """Watch, answer, wait for the question or the end."""
    request = json.loads(sys.stdin.buffer.readline())
    for ending in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(ending, lambda *_: sys.exit(0))  # everything is put back, however this ends
    recorder = None
    folder = ""
    try:
        recorder = Recorder(request)
        os.makedirs(FOLDER, mode=0o711, exist_ok=True)
        folder = tempfile.mkdtemp(prefix="recorder-", dir=FOLDER)
        listener = _listen(f"{folder}/socket")
        _say({"socket": f"{folder}/socket", "containers": recorder.running, "error": ""})
        threading.Thread(target=_answer, args=(listener, recorder), daemon=True).start()
        until_it_ends()
    except (NotReadable, OSError) as error:
        _say({"socket": "", "containers": 0, "error": reason(error)})
    finally:
        if recorder:
            recorder.close()
        if folder:
            shutil.rmtree(folder, ignore_errors=True)


class Recorder:
    """Everything that watches."""

    def __init__(self, request: dict[str, Any]) -> None:
        if platform.machine() != ARCHITECTURE:
            raise NotReadable(f"recording knows the system calls of {ARCHITECTURE} only, this is {platform.machine()}")
        self._watched = Watched(request["engine_socket"], request["service"], request["container"])
        self._engine, self._runtime, driver = self._watched.engine()
        self._place = place(driver, list(self._watched.look()))
        self._groups = self._members()
        self.running = len(set(self._groups.values()))
        self._trail = _trail(request["profile"], request["audit"])
        self._complaining: Complaining | None = None
        self._bpftrace = Bpftrace(self._place, threads(self._groups), refusals_only=request["refusals_only"])
        try:
            self._check_place()
            self._early = self._members()  # those that started while bpftrace was compiling among them
            if request["complain"]:
                self._complaining = Complaining(request["profile"])
        except BaseException:
            self.close()
            raise

    def finish(self) -> dict[str, Any]:
        """End watching; what was recorded.

        Raises:
            NotReadable: it is not all that the containers did.
        """
        members = {**self._early, **self._members()}
        maps, missed = self._bpftrace.finish()
        if self._complaining:
            self._complaining.end()
        known = self._watched.look()
        seen = {**self._groups, **born(maps)}
        if unseen := {container[:12] for group, container in members.items() if group not in seen}:
            raise NotReadable(
                f"{', '.join(sorted(unseen))} started before the watching did, or in a control group where none was "
                "expected, and was not seen: record again"
            )
        groups = {each: seen[each] for each in sorted(seen) if seen[each] in known}
        images = {each: self._watched.image(facts["Image"]) for each, facts in known.items() if facts}
        return {
            "kernel": platform.release().partition("-")[0],
            "architecture": platform.machine(),
            "engine": self._engine,
            "runtime": self._runtime,
            "bpftrace": ".".join(map(str, self._bpftrace.version)),
            "images": sorted({images[each] for each in set(groups.values()) if each in images}),
            "groups": {str(each): container for each, container in groups.items()},
            "names": {each: str(facts.get("Name", "")).lstrip("/") for each, facts in known.items()},
            "homes": homes(maps, groups),
            "missed": missed,
            "audit": self._trail.finish() if self._trail else None,
            **rows(maps, groups, known, self._bpftrace.longest),
        }

    def close(self) -> None:
        """Leave the node as it was."""
        self._bpftrace.kill()
        if self._complaining:
            self._complaining.end()

    def _members(self) -> dict[int, str]:
        """Number -> container id, of the groups in which containers run now."""
        return numbers(list(self._watched.look()), self._place.hierarchy)

    def _check_place(self) -> None:
        """Whether the kernel and this program mean the same by a control group's number."""
        path = group_path(read_text(f"/proc/{self._bpftrace.pid}/cgroup"), self._place.hierarchy)
        if number(path, self._place.hierarchy) != self._bpftrace.own_group:
            raise NotReadable("this kernel numbers control groups in a way that is not known")


def _trail(profile: str, when: str) -> AuditTrail | None:
    if not profile or (when == "loaded" and profile not in loaded_profiles()):
        return None
    try:
        return AuditTrail(profile)
    except NotReadable:
        if when != "try":
            raise
        return None  # without auditd there are no messages, and nothing depends on them


def _listen(path: str) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(path)  # in a folder that only root can enter
    listener.listen(1)
    return listener


def _answer(listener: socket.socket, recorder: Recorder) -> None:
    """Give the recording to who asks for it, once."""
    client, _ = listener.accept()
    try:
        document = {"error": "", **recorder.finish()}
    except Exception as error:  # noqa: BLE001 - the one who waits must learn it, whatever it is
        document = {"error": reason(error)}
    with client:
        client.sendall(json.dumps(document).encode())


def _say(document: dict[str, Any]) -> None:
    print(json.dumps(document), flush=True)


if __name__ == "__main__":
    main()
