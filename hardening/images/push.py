"""Sending a built image to a registry, and making sure that it is there."""

from collections.abc import Iterable
from contextlib import closing
from http import HTTPStatus
from pathlib import Path

from hardening.errors import FailedError
from hardening.model.registry import Registry

from .image import Blob, BuiltImage, Progress, Report
from .registry import Client
from .store import BlobStore

PROJECT = "nodepop"
"""First part of the repositories' names, where nothing else is asked for."""


def push(
    images: Iterable[BuiltImage],
    registry: Registry,
    report: Report,
    *,
    socket_path: Path | None = None,
    project: str = PROJECT,
) -> dict[str, str]:
    """Send what the registry does not have yet, then read the manifests back.

    A blob that is in the repository is skipped, one that an image before has is mounted from there.

    Args:
        images: as built.
        registry: where to.
        report: told after every chunk.
        socket_path: Unix socket that leads to the registry, from `Host.forward(registry.address)`; None connects to it.
        project: first part of the repositories' names.

    Returns:
        Role -> the reference to deploy: `registry/project/role@sha256:…`.

    Raises:
        FailedError: the registry does not answer, refuses, or does not serve what was sent.
    """
    references: dict[str, str] = {}
    with closing(Client(registry, socket_path)) as client:
        for image in images:
            references[image.role] = _Push(client, image, report, project, tuple(references)).carry_out()
    return references


class _Push:
    def __init__(
        self, client: Client, image: BuiltImage, report: Report, project: str, siblings: tuple[str, ...]
    ) -> None:
        self._client, self._image, self._report = client, image, report
        self._repository = f"{project}/{image.role}"
        self._siblings = tuple(f"{project}/{sibling}" for sibling in siblings)
        self._store = BlobStore(image.layout)

    def carry_out(self) -> str:
        for blob in (*self._image.packed, self._image.config):
            self._send_blob(blob)
        self._send_manifest()
        self._read_back()
        return f"{self._client.name}/{self._repository}@{self._image.digest}"

    def _send_blob(self, blob: Blob) -> None:
        if self._client.has(self._repository, blob):
            self._tell("is there already", blob.size, blob)
            return
        holder = next((sibling for sibling in self._siblings if self._client.has(sibling, blob)), None)
        if holder and self._client.mount(self._repository, blob, holder):
            self._tell(f"shared with {holder}", blob.size, blob)
            return
        file = self._store.path(blob)
        self._client.upload(self._repository, blob, file, lambda sent: self._tell("sending", sent, blob))

    def _tell(self, message: str, done: int, blob: Blob) -> None:
        self._report(Progress(self._image.role, message, done, blob.size))

    def _send_manifest(self) -> None:
        manifest = self._image.manifest
        content = self._store.path(manifest).read_bytes()
        # A tag keeps the manifest from a registry's garbage collection; made of the digest, it never moves.
        tag = self._image.digest.removeprefix("sha256:")[:12]
        path = f"/v2/{self._repository}/manifests/{tag}"
        answer = self._client.ask("PUT", path, body=content, headers={"Content-Type": manifest.media_type})
        self._client.expect(answer, HTTPStatus.CREATED, f"store the manifest of {self._repository}")

    def _read_back(self) -> None:
        digest = self._image.digest
        path = f"/v2/{self._repository}/manifests/{digest}"
        answer = self._client.ask("GET", path, headers={"Accept": self._image.manifest.media_type})
        self._client.expect(answer, HTTPStatus.OK, f"read back the manifest of {self._repository}")
        if answer.body != self._store.path(self._image.manifest).read_bytes():
            raise FailedError(f"{self._client.name}: serves something else as {self._repository}@{digest}")
