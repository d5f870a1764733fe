"""Leads into a container that publishes nothing: a private Unix socket of the node joined to a port inside.

Or to a socket of the node that only root may open, for a login that is not root.

Runs as root until its standard input ends. The request, one line of JSON:

    {"container": ID, "port": 27017, "secrets": ["keyfile"]}

Instead of `port`, `program` joins the socket to where the container's program of that name listens; without either,
only secrets are told and the program ends at once. A node's own socket is asked for by {"path": PATH} alone. The
answer, one line of JSON:

    {"socket": PATH, "secrets": {"keyfile": {"value": BASE64} or {"reason": TEXT}}}

or {"error": TEXT}. The socket is in a folder that only root (or the login that came here through sudo) can enter, and
leaves with the program.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import signal
import socket
import stat
import sys
import threading

from hardening.node.fact import NotReadable, read_text, reason
from hardening.node.namespaces import enter_network
from hardening.node.process import init_process, pids_by_container
from hardening.node.sockets import listening_at

TYPE_CHECKING = False  # as in the runtime
if TYPE_CHECKING:
    from typing import Any

    Target = str | tuple[str, int]  # a socket's path, or an address and a port

FOLDER = "/run/harden"
LOOPBACK = "127.0.0.1"
_SOCKET = "relay.sock"
"""pymongo knows a Unix socket by this ending."""
_CHUNK = 65536
_CONNECT_SECONDS = 10
_EVERYWHERE = {LOOPBACK: LOOPBACK, "0.0.0.0": LOOPBACK, "::": LOOPBACK}  # noqa: S104 - nothing is bound to them here
_SECRET_LIMIT = 1_000_000
"""Bytes; swarm's own limit is half of it."""


def main() -> None:
    """Answer the request, then pass bytes on until the input ends."""
    request = json.loads(sys.stdin.buffer.readline())
    for ending in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(ending, lambda *_: sys.exit(0))  # the folder goes, however this ends
    pid, secrets, target = None, {}, request.get("path", "")
    try:
        if not target:
            pid = init_process(request["container"])
            secrets = {name: _secret(pid, name) for name in request.get("secrets", ())}
            if not request.keys() & {"port", "program"}:
                _answer({"secrets": secrets})
                return
            target = (LOOPBACK, request["port"]) if "port" in request else _listener(request)
        folder = _private_folder()
    except (NotReadable, OSError) as error:
        _answer({"error": reason(error)})
        return
    try:
        _relay(pid, target, folder, secrets)
    finally:
        _remove(folder)


def _relay(pid: int | None, target: Target, folder: str, secrets: dict[str, dict[str, str]]) -> None:
    path = f"{folder}/{_SOCKET}"
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(path)
    os.chmod(path, 0o600)
    os.chown(path, _login(), -1)
    listener.listen(64)
    if pid is not None:
        try:
            enter_network(pid)
        except OSError as error:
            _answer({"error": f"the container's network could not be entered: {error}"})
            return
    _answer({"socket": path, "secrets": secrets})
    threading.Thread(target=_accept, args=(listener, target), daemon=True).start()
    sys.stdin.buffer.read()


def _listener(request: dict[str, Any]) -> tuple[str, int]:
    """Address and port at which a program of the container listens: its loopback where it listens everywhere."""
    listening = []
    for pid in pids_by_container().get(request["container"], []):
        try:
            if read_text(f"/proc/{pid}/comm").strip() == request["program"]:
                listening += listening_at(pid)
        except OSError:
            continue  # it ended while we looked
    if not listening:
        raise NotReadable(f"{request['program']} does not listen in container {request['container'][:12]}")
    address, port = min(listening, key=lambda place: (place[0] not in _EVERYWHERE, place))
    return (_EVERYWHERE.get(address, address), port)


def _secret(pid: int, name: str) -> dict[str, str]:
    if not name or "/" in name or name.startswith("."):
        return {"reason": "not a secret's name"}
    try:
        return {"value": base64.b64encode(_read_secret(pid, name)).decode()}
    except (NotReadable, OSError) as error:
        return {"reason": reason(error)}


def _read_secret(pid: int, name: str) -> bytes:
    """A file of a container's /run/secrets.

    No part of the path may be a link: the container could lead this program, which is root, to a file of the node.
    """
    descriptor = os.open(f"/proc/{pid}/root", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    for part in ("run", "secrets", name):
        folder, kind = descriptor, os.O_NONBLOCK if part == name else os.O_DIRECTORY
        try:
            descriptor = os.open(part, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | kind, dir_fd=folder)
        except OSError as error:
            raise NotReadable(f"/run/secrets/{name}: {error.strerror}") from None
        finally:
            os.close(folder)
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_size > _SECRET_LIMIT:
            raise NotReadable(f"/run/secrets/{name} is not a regular file of a secret's size")
        return file.read(_SECRET_LIMIT)


def _private_folder() -> str:
    """A new folder for one socket, which nobody but the login that asked can enter."""
    os.makedirs(FOLDER, exist_ok=True)
    # May be passed through, not listed: sshd reaches the socket as the user who logged in.
    os.chmod(FOLDER, 0o711)  # noqa: S103 - for the reason above; every folder and file below is private
    folder = f"{FOLDER}/relay-{os.urandom(8).hex()}"
    os.mkdir(folder, 0o700)
    os.chown(folder, _login(), -1)
    return folder


def _remove(folder: str) -> None:
    with contextlib.suppress(FileNotFoundError):  # it came to no socket
        os.unlink(f"{folder}/{_SOCKET}")
    os.rmdir(folder)


def _login() -> int:
    """Who connects to the socket: sshd as the user who logged in, which is not root where sudo is used."""
    return int(os.environ.get("SUDO_UID", "0"))


def _accept(listener: socket.socket, target: Target) -> None:
    while True:
        client, _ = listener.accept()
        threading.Thread(target=_join, args=(client, target), daemon=True).start()


def _join(client: socket.socket, target: Target) -> None:
    """One connection: to the service inside and, in a thread of its own, back."""
    try:
        service = _connected(target)
    except OSError:
        client.close()  # the client sees the connection end, as it would without a relay between
        return
    service.settimeout(None)
    back = threading.Thread(target=_pass_on, args=(service, client), daemon=True)
    back.start()
    _pass_on(client, service)
    back.join()
    client.close()
    service.close()


def _connected(target: Target) -> socket.socket:
    if isinstance(target, str):
        local = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        local.settimeout(_CONNECT_SECONDS)
        try:
            local.connect(target)
        except OSError:
            local.close()
            raise
        return local
    service = socket.create_connection(target, _CONNECT_SECONDS)
    service.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return service


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    try:
        while True:
            chunk = source.recv(_CHUNK)
            if not chunk:
                break
            target.sendall(chunk)
    except OSError:
        pass  # one side was reset: both ends learn it from the shutdown below
    for end, how in ((source, socket.SHUT_RD), (target, socket.SHUT_WR)):
        with contextlib.suppress(OSError):  # already closed
            end.shutdown(how)


def _answer(document: dict[str, object]) -> None:
    print(json.dumps(document), flush=True)


if __name__ == "__main__":
    main()
