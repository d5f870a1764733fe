"""The published docs in a real browser, under the headers that NGINX sends with them."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.engine.browser import Browser

from .site import Site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .peers import NameServer, Upstream

pytestmark = pytest.mark.skipif(not shutil.which("chromium"), reason="chromium is not installed")
MOVED_SIDEWAYS = "[...document.querySelectorAll('*')].filter((each) => each.scrollWidth > each.clientWidth + 1 &&"
MOVED_SIDEWAYS += " ['auto', 'scroll'].includes(getComputedStyle(each).overflowX)).map((each) => each.outerHTML)"


@pytest.fixture(scope="module")
def docs(names: NameServer, upstream: Upstream) -> Iterator[str]:
    """Their address. Without TLS, whose authority the browser does not know."""
    with tempfile.TemporaryDirectory(prefix="nodepop-nginx-") as folder:
        Path(folder).chmod(0o755)
        site = Site(Path(folder), names, upstream.port, "plain.conf")
        yield f"http://127.0.0.1:{site.plain_port}/docs/"
        site.close()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    started = Browser(tmp_path_factory.mktemp("chromium"))
    yield started
    started.close()


@pytest.mark.parametrize("width", [320, 390, 641, 768, 1440])
def test_the_docs_fit_and_ask_for_nothing_else(browser: Browser, docs: str, width: int) -> None:
    page = browser.open(docs, width)
    assert page.value("document.documentElement.scrollWidth") == width
    assert page.value(MOVED_SIDEWAYS) == []
    assert page.complaints() == []
    assert set(page.requests()) <= {docs, f"{docs}style.css", docs.replace("/docs/", "/favicon.ico")}


def test_the_first_tab_offers_to_skip_the_contents(browser: Browser, docs: str) -> None:
    page = browser.open(docs)
    page.press("Tab")
    assert page.value("document.activeElement.className") == "skip"
    page.press("Enter")
    page.press("Tab")
    assert page.value("document.activeElement.closest('main') !== null")
