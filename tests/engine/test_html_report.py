"""The HTML report in a real browser: it works, fits a phone, prints, and asks nothing of any network.

The page and a driver are served on loopback. The driver is of the same origin as the page, so it can press its buttons;
the page's own policy does not bind it.
"""

import html
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
import pytest

from hardening.render import html as page
from tests.unit.render import reports

pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(not shutil.which("chromium"), reason="chromium is not installed"),
]

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--enable-logging=stderr",
)
DRIVER = """<!doctype html><body><iframe id="page" src="/report.html" width="WIDTH" height="900"></iframe>
<pre id="seen"></pre><script>
const frame = document.getElementById("page");
frame.addEventListener("load", async () => {
  const page = frame.contentDocument, view = frame.contentWindow;
  const visible = () => [...page.querySelectorAll(".check")].filter((each) => each.offsetParent !== null);
  const pause = () => new Promise((done) => setTimeout(done, 50));
  const seen = {};
  const search = async (text) => {
    page.getElementById("search").value = text;
    page.querySelector(".filters").dispatchEvent(new view.Event("input"));
    await pause();
  };
  seen.ready = page.documentElement.dataset.ready;
  seen.background = view.getComputedStyle(page.body).backgroundColor;
  seen.overflow = page.documentElement.scrollWidth - page.documentElement.clientWidth;
  seen.checks = page.querySelectorAll(".check").length;
  seen.at_first = visible().length;
  seen.passing_at_first = visible().filter((each) => each.classList.contains("pass")).length;
  await search("container-engine-socket");
  seen.found = visible().map((each) => each.id);
  await search("5.32");
  seen.by_number = visible().map((each) => each.id);
  await search("no such thing");
  seen.none = visible().length;
  seen.none_said = page.getElementById("nothing").offsetParent !== null;
  page.querySelector("button[type=reset]").click();
  await pause();
  seen.after_reset = visible().length;
  page.querySelector(".cell[data-node=node2][data-area=container]").click();
  await pause();
  seen.by_cell = [...new Set(visible().map((each) => each.dataset.area))];
  const one = visible()[0];
  one.querySelector("summary").click();
  await pause();
  seen.rows = [...one.querySelectorAll(".row[data-node]")].filter((each) => each.offsetParent !== null)
    .map((each) => each.dataset.node);
  page.querySelector("button[type=reset]").click();
  await pause();
  page.getElementById("open").click();
  await pause();
  seen.opened = visible().every((each) => each.open);
  seen.overflow_opened = page.documentElement.scrollWidth - page.documentElement.clientWidth;
  document.getElementById("seen").textContent = JSON.stringify(seen);
});
</script>"""


class Seen(msgspec.Struct):
    """What the driver saw of the page."""

    ready: str
    background: str
    overflow: int
    checks: int
    at_first: int
    passing_at_first: int
    found: list[str]
    by_number: list[str]
    none: int
    none_said: bool
    after_reset: int
    by_cell: list[str]
    rows: list[str]
    opened: bool
    overflow_opened: int


class Site:
    """Serves pages on loopback and remembers what was asked for."""

    def __init__(self, pages: dict[str, str]) -> None:
        asked: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                text = pages.get(self.path)
                self.send_response(200 if text else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write((text or "").encode())

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.asked = asked
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def browse(folder: Path, url: str, *flags: str) -> subprocess.CompletedProcess[str]:
    profile = folder / f"profile{len(list(folder.iterdir()))}"
    argv = ["chromium", *FLAGS, f"--user-data-dir={profile}", "--virtual-time-budget=20000", *flags, url]
    return subprocess.run(argv, capture_output=True, text=True, timeout=180, check=True)


def drive(folder: Path, text: str, width: int, *flags: str) -> tuple[Seen, list[str], str]:
    """What the driver saw, what was asked of the site, and what the browser complained about."""
    site = Site({"/report.html": text, "/": DRIVER.replace("WIDTH", str(width))})
    try:
        result = browse(folder, f"{site.address}/", "--window-size=1400,1000", "--dump-dom", *flags)
    finally:
        site.close()
    found = re.search(r'<pre id="seen">(.*?)</pre>', result.stdout, re.DOTALL)
    assert found, result.stderr
    assert found[1], result.stderr
    console = "\n".join(line for line in result.stderr.splitlines() if "CONSOLE" in line)
    return msgspec.json.decode(html.unescape(found[1]), type=Seen), site.asked, console


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("chromium")
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="module")
def desktop(folder: Path) -> tuple[Seen, list[str], str]:
    return drive(folder, page.render(reports.ordinary()), 1280)


def test_its_script_runs_under_its_own_policy(desktop: tuple[Seen, list[str], str]) -> None:
    seen, _, console = desktop
    assert seen.ready == "yes"
    assert console == ""


def test_it_asks_for_nothing_else(desktop: tuple[Seen, list[str], str]) -> None:
    assert set(desktop[1]) <= {"/", "/report.html", "/favicon.ico"}


def test_what_passed_is_put_aside_at_first(desktop: tuple[Seen, list[str], str]) -> None:
    seen = desktop[0]
    assert seen.passing_at_first == 0
    assert 0 < seen.at_first < seen.checks


def test_search_finds_ids_and_benchmark_numbers(desktop: tuple[Seen, list[str], str]) -> None:
    seen = desktop[0]
    assert seen.found == ["container-engine-socket"]
    assert "container-engine-socket" in seen.by_number
    assert (seen.none, seen.none_said) == (0, True)
    assert seen.after_reset == seen.at_first


def test_a_cell_of_the_matrix_leads_to_its_findings(desktop: tuple[Seen, list[str], str]) -> None:
    seen = desktop[0]
    assert seen.by_cell == ["container"]
    assert set(seen.rows) == {"node2"}


def test_everything_can_be_opened_at_once(desktop: tuple[Seen, list[str], str]) -> None:
    assert desktop[0].opened is True


@pytest.mark.parametrize("make", [reports.ordinary, reports.hostile], ids=["ordinary", "hostile"])
def test_nothing_sticks_out_of_a_phone(folder: Path, make: object) -> None:
    assert callable(make)
    seen, _, console = drive(folder, page.render(make()), 360)
    assert (seen.overflow, seen.overflow_opened) == (0, 0)
    assert console == ""


def test_dark_is_dark_and_light_is_light(folder: Path, desktop: tuple[Seen, list[str], str]) -> None:
    dark, _, _ = drive(folder, page.render(reports.ordinary()), 1280, "--blink-settings=preferredColorScheme=0")
    assert _brightness(dark.background) < 50
    assert _brightness(desktop[0].background) > 200


def test_it_prints_what_matters_on_a_few_pages(folder: Path) -> None:
    file, paper = folder / "report.html", folder / "report.pdf"
    file.write_text(page.render(reports.ordinary()), encoding="utf-8")
    browse(folder, file.as_uri(), f"--print-to-pdf={paper}", "--no-pdf-header-footer")
    pages = len(re.findall(rb"/Type\s*/Page\b", paper.read_bytes()))
    assert 2 <= pages <= 15


def _brightness(color: str) -> float:
    return sum(map(int, re.findall(r"\d+", color)[:3])) / 3
