"""A registry's HTTP API, as the OCI distribution specification has it, as far as pushing needs it."""

import http.client
import re
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from msgspec import Struct

from hardening.errors import FailedError
from hardening.model.registry import Registry

from .image import Blob

CHUNK = 8 * 1024 * 1024
"""Bytes sent in one request: what is lost when a connection breaks, and how often progress is told."""
SECONDS = 120
"""Time one request may take. An emulated registry hashes and stores a chunk in a few."""
_ATTEMPTS = 5
_NO_HEADERS: Mapping[str, str] = {}


class Answer(Struct, frozen=True):
    """What a registry answered; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class Client:
    """One kept connection to a registry, opened again when it breaks.

    Args:
        registry: which one; its certificate is checked against the host in its address.
        socket_path: Unix socket that leads there (see Host.forward); None connects to the address itself.
    """

    def __init__(self, registry: Registry, socket_path: Path | None) -> None:
        self.name = registry.address
        self._ca = registry.ca_pem
        self._socket_path = socket_path
        self._connection: http.client.HTTPConnection | None = None

    def close(self) -> None:
        """Close the connection."""
        if self._connection:
            self._connection.close()
            self._connection = None

    def ask(
        self,
        method: str,
        path: str,
        *,
        body: bytes = b"",
        headers: Mapping[str, str] = _NO_HEADERS,
        attempts: int = _ATTEMPTS,
    ) -> Answer:
        """Send a request that may be repeated: HEAD, GET, PUT of a digest.

        Raises:
            FailedError: no answer after several attempts, or the certificate is not to be trusted.
        """
        for attempt in range(attempts):
            try:
                return self._send(method, path, body, headers)
            except ssl.SSLCertVerificationError as error:
                raise FailedError(
                    f"{self.name}: the registry's certificate is not to be trusted: {error.verify_message}"
                ) from error
            except (OSError, http.client.HTTPException) as error:
                self.close()
                if attempt == attempts - 1:
                    raise FailedError(f"{self.name}: no answer from the registry: {_reason(error)}") from error
                time.sleep(2**attempt / 4)
        raise ValueError(attempts)

    def has(self, repository: str, blob: Blob) -> bool:
        """Whether the registry has a blob in a repository."""
        return self.ask("HEAD", f"/v2/{repository}/blobs/{blob.digest}").status == http.client.OK

    def mount(self, repository: str, blob: Blob, holder: str) -> bool:
        """Whether the blob could be taken over from another repository of the registry."""
        query = urlencode({"mount": blob.digest, "from": holder})
        # A registry that can't, begins an upload instead; it ends unused.
        return self.ask("POST", f"/v2/{repository}/blobs/uploads/?{query}").status == http.client.CREATED

    def upload(self, repository: str, blob: Blob, file: Path, told: Callable[[int], None]) -> None:
        """Send a file in chunks and close the upload with its digest.

        After a broken connection it goes on where the registry says, or from the start where the registry lost track:
        Docker's own does, when a chunk arrived in part.
        """
        for _ in range(_ATTEMPTS):
            answer = self.ask("POST", f"/v2/{repository}/blobs/uploads/")
            self.expect(answer, http.client.ACCEPTED, f"begin an upload to {repository}")
            place = self._send_chunks(_location(answer), blob, file, told)
            if place is None:
                continue
            answer = self.ask("PUT", place + ("&" if "?" in place else "?") + urlencode({"digest": blob.digest}))
            self.expect(answer, http.client.CREATED, f"close the upload of {blob.digest}")
            return
        raise FailedError(f"{self.name}: the upload of {blob.digest} broke {_ATTEMPTS} times")

    def expect(self, answer: Answer, status: int, what: str) -> None:
        """Raise FailedError with the registry's own words when the status is another."""
        if answer.status == http.client.UNAUTHORIZED:
            raise FailedError(f"{self.name}: the registry wants a login to {what}")
        if answer.status != status:
            words = answer.body.decode(errors="replace").strip()[:300]
            raise FailedError(f"{self.name}: could not {what}: {answer.status} {words}")

    def _send_chunks(self, place: str, blob: Blob, file: Path, told: Callable[[int], None]) -> str | None:
        """Send a whole file; return where to close the upload, None when it has to begin again."""
        sent = 0
        with file.open("rb") as content:
            while sent < blob.size:
                content.seek(sent)
                step = self._send_chunk(place, content.read(CHUNK), sent)
                if step is None:
                    return None
                place, sent = step
                told(sent)
        return place

    def _send_chunk(self, place: str, chunk: bytes, start: int) -> tuple[str, int] | None:
        """Send a chunk; return where to go on, and how many bytes the registry has by now."""
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Range": f"{start}-{start + len(chunk) - 1}",
        }
        try:
            answer = self.ask("PATCH", place, body=chunk, headers=headers, attempts=1)
        except FailedError:
            answer = self.ask("GET", place)
            known = answer.status == http.client.NO_CONTENT
            return (_location(answer) or place, _received(answer)) if known else None
        self.expect(answer, http.client.ACCEPTED, "upload a chunk")
        return _location(answer), start + len(chunk)

    def _send(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        connection = self._connection = self._connection or self._connect()
        connection.request(method, path, body=body, headers={"Content-Length": str(len(body)), **headers})
        response = connection.getresponse()
        content = response.read()
        answer_headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, answer_headers, content)

    def _connect(self) -> http.client.HTTPConnection:
        address = urlsplit(f"//{self.name}")
        host, port = address.hostname or self.name, address.port or http.client.HTTPS_PORT
        context = ssl.create_default_context(cadata=self._ca or None)
        connection = http.client.HTTPSConnection(host, port, timeout=SECONDS, context=context)
        if self._socket_path:
            raw = socket.socket(socket.AF_UNIX)
            raw.settimeout(SECONDS)
            raw.connect(str(self._socket_path))
            connection.sock = context.wrap_socket(raw, server_hostname=host)
        return connection


def _location(answer: Answer) -> str:
    """Path and query of an upload; a registry behind a forwarded socket may name itself in front of them."""
    parts = urlsplit(answer.headers.get("location", ""))
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _received(answer: Answer) -> int:
    last = re.fullmatch(r"(?:bytes=)?0-(\d+)", answer.headers.get("range", ""))
    # `0-0` is what registries answer for an upload that has nothing yet.
    return int(last[1]) + 1 if last and int(last[1]) else 0


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__
