"""NGINX with the stack's configuration in front of an API of the test's own."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .peers import NameServer, Upstream
from .site import Site

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def names() -> Iterator[NameServer]:
    server = NameServer()
    yield server
    server.close()


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    api = Upstream("127.0.0.1")
    yield api
    api.close()


@pytest.fixture(scope="module")
def site(names: NameServer, upstream: Upstream) -> Iterator[Site]:
    names.addresses = {"api": ["127.0.0.1"]}
    # not tmp_path: the folders above it are root's alone, and NGINX runs as nobody of importance
    with tempfile.TemporaryDirectory(prefix="nodepop-nginx-") as folder:
        Path(folder).chmod(0o755)
        running = Site(Path(folder), names, upstream.port)
        yield running
        running.close()


@pytest.fixture(scope="session", autouse=True)
def _nginx_is_there() -> None:
    if shutil.which("nginx") is None:
        pytest.skip("needs nginx: apt-get install --no-install-recommends nginx-light")
    if os.geteuid() != 0:
        pytest.skip("needs root: it runs NGINX as the image's user")


@pytest.fixture(autouse=True)
def _fresh(upstream: Upstream) -> None:
    upstream.seen.clear()
