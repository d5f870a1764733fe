"""The HTML report in a real browser: it works with keys alone, fits a phone, prints, and asks for nothing."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from hardening.render import html
from tests.engine.browser import Browser
from tests.unit.render import reports

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.engine.browser import Page

pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(not shutil.which("chromium"), reason="chromium is not installed"),
]
VISIBLE = "[...document.querySelectorAll('.check')].filter((each) => each.offsetParent !== null)"
WIDTHS = (360, 390, 768, 1440)
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    started = Browser(tmp_path_factory.mktemp("chromium"))
    yield started
    started.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Addresses of reports, as a user opens them: from the disk."""
    folder = tmp_path_factory.mktemp("reports")
    made = {
        "ordinary": reports.ordinary(),
        "clean": reports.clean(),
        "hostile": reports.hostile(),
        "waived": reports.waived(),
        "surrounded": reports.surrounded(),
    }
    for name, report in made.items():
        (folder / f"{name}.html").write_text(html.render(report))
    return {name: (folder / f"{name}.html").as_uri() for name in made}


@pytest.fixture
def page(browser: Browser, files: dict[str, str]) -> Page:
    return browser.open(files["ordinary"])


def shown(page: Page) -> list[str]:
    found: list[str] = page.value(f"{VISIBLE}.map((each) => each.id)")
    return found


def choose(page: Page, control: str, value: str) -> None:
    page.value(
        f"(() => {{ const pick = document.getElementById('{control}'); pick.value = '{value}';"
        " pick.dispatchEvent(new Event('input', {bubbles: true})); })()"
    )


def click(page: Page, selector: str) -> None:
    page.value(f"document.querySelector(`{selector}`).click()")
    page.value("new Promise((done) => setTimeout(done))")


@pytest.mark.parametrize("name", ["ordinary", "clean", "hostile", "waived", "surrounded"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_it_runs_without_a_complaint_and_asks_for_nothing(
    browser: Browser, files: dict[str, str], name: str, *, dark: bool
) -> None:
    page = browser.open(files[name], dark=dark)
    page.wait("document.documentElement.dataset.ready === 'yes'")
    click(page, "#open")
    assert page.complaints() == []
    assert page.requests() == [files[name]]


def test_its_policy_stops_what_is_not_its_own(page: Page) -> None:
    """The negative of the test above: a page that did ask would be seen."""
    page.value(
        "(() => { const image = new Image(); image.src = 'http://127.0.0.1:9/x.png'; document.body.append(image); })()"
    )
    page.value("new Promise((done) => setTimeout(done, 100))")
    assert any("Content Security Policy" in each for each in page.complaints())


def test_hostile_names_start_nothing(browser: Browser, files: dict[str, str]) -> None:
    page = browser.open(files["hostile"])
    assert page.value("document.querySelectorAll('script').length") == 1
    assert page.value("document.querySelectorAll('img').length") == 0
    assert "<script>alert(1)</script>" in page.value("document.body.textContent")


# --- filters and search ---------------------------------------------------------------------------------------------


def test_what_passed_is_put_aside_at_first(page: Page) -> None:
    found = shown(page)
    every = page.value("document.querySelectorAll('.check').length")
    assert 0 < len(found) < every
    assert page.value(f"{VISIBLE}.filter((each) => each.classList.contains('pass')).length") == 0
    assert page.value("document.getElementById('shown').textContent") == f"{len(found)} of {every} rules"


def test_search_finds_ids_and_benchmark_numbers(page: Page) -> None:
    before = shown(page)
    page.press("/")
    page.type("container-engine-socket")
    assert shown(page) == ["container-engine-socket"]
    page.press("Escape")
    assert shown(page) == before
    page.type("5.32")
    assert "container-engine-socket" in shown(page)
    page.press("Escape")
    page.type("no such thing")
    assert shown(page) == []
    assert page.value("document.getElementById('nothing').offsetParent !== null")
    click(page, "button[type=reset]")
    assert shown(page) == before


@pytest.mark.parametrize(("control", "value"), [("severity", "critical"), ("area", "swarm")])
def test_a_choice_narrows_to_it(page: Page, control: str, value: str) -> None:
    choose(page, control, value)
    assert shown(page)
    assert page.value(f"{VISIBLE}.every((each) => each.dataset['{control}'] === '{value}')")


def test_a_node_shows_its_own_answers_only(page: Page) -> None:
    choose(page, "node", "node2")
    click(page, "#open")
    rows = page.value(
        "[...document.querySelectorAll('.row[data-node]')].filter((each) => each.offsetParent !== null)"
        ".map((each) => each.dataset.node)"
    )
    assert set(rows) == {"node2"}


def test_a_status_adds_and_removes_its_answers(page: Page) -> None:
    for status in ("fail", "unknown", "manual", "waived"):
        click(page, f"[name=status][value={status}]")
    assert shown(page) == []
    click(page, "[name=status][value=pass]")
    assert page.value(f"{VISIBLE}.every((each) => each.dataset.nodes.includes('pass'))")
    assert shown(page)


def test_a_cell_of_the_matrix_leads_to_its_findings(page: Page) -> None:
    click(page, ".cell[data-node=node2][data-area=container]")
    assert page.value(f"[...new Set({VISIBLE}.map((each) => each.dataset.area))]") == ["container"]
    assert page.value("document.activeElement.id") == "search"


def test_a_waiver_is_shown_with_its_owner_and_end(browser: Browser, files: dict[str, str]) -> None:
    page = browser.open(files["waived"])
    text = page.value("document.querySelector('[data-group=waived] .waiver').textContent")
    assert text == "Accepted by Ada Ops until 2027-03-31: It is replaced by a service in March."
    assert shown(page)
    click(page, "[name=status][value=waived]")
    assert "container-memory-limit" not in shown(page)


# --- keys and screen readers ----------------------------------------------------------------------------------------


def test_the_first_tab_offers_to_skip_to_the_findings(page: Page) -> None:
    page.press("Tab")
    assert page.value("document.activeElement.className") == "skip"
    assert page.value("document.activeElement.getBoundingClientRect().left") >= 0
    page.press("Enter")
    page.wait("document.getElementById('findings').getBoundingClientRect().top < 200")


def test_a_rule_opens_and_closes_by_key(page: Page) -> None:
    page.value(f"{VISIBLE}[0].querySelector('summary').focus()")
    page.press("Enter")
    assert page.value(f"{VISIBLE}[0].open")
    page.press(" ")
    assert not page.value(f"{VISIBLE}[0].open")


def test_what_has_the_focus_is_marked(page: Page) -> None:
    for _ in range(12):
        page.press("Tab")
        style = page.value("getComputedStyle(document.activeElement).outlineStyle")
        inner = page.value("getComputedStyle(document.activeElement.nextElementSibling || document.body).outlineStyle")
        assert "solid" in (style, inner), page.value("document.activeElement.outerHTML.slice(0, 200)")


def test_a_slash_in_the_search_field_is_a_slash(page: Page) -> None:
    page.press("/")
    page.press("/")
    assert page.value("document.getElementById('search').value") == "/"


def test_everything_can_be_opened_at_once(page: Page) -> None:
    click(page, "#open")
    assert page.value(f"{VISIBLE}.every((each) => each.open)")
    click(page, "#open")
    assert page.value(f"{VISIBLE}.every((each) => !each.open)")


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The rules that auditors of accessibility run, from npm."""
    if not shutil.which("npm"):
        pytest.skip("npm is not installed")
    folder = tmp_path_factory.mktemp("axe")
    argv = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "axe-core@4"]
    argv += ["--prefix", str(folder)]
    subprocess.run(argv, check=True, timeout=300, stdin=subprocess.DEVNULL)
    return (folder / "node_modules/axe-core/axe.min.js").read_text()


@pytest.mark.parametrize(
    "look",
    [
        ("ordinary", 390, "light"),
        ("ordinary", 1440, "dark"),
        ("clean", 1440, "light"),
        ("waived", 390, "dark"),
        ("surrounded", 1440, "light"),
    ],
    ids=str,
)
def test_no_rule_of_accessibility_is_broken(
    browser: Browser, files: dict[str, str], axe: str, look: tuple[str, int, str]
) -> None:
    name, width, scheme = look
    page = browser.open(files[name], width, dark=scheme == "dark")
    for status in ("pass", "not_applicable"):
        click(page, f"[name=status][value={status}]")
    page.value("document.querySelectorAll('.check').forEach((each, index) => { each.open = index % 4 === 0; })")
    page.value("document.querySelectorAll('.role').forEach((each) => { each.open = true; })")
    page.value(f"{axe}; 0")
    run = f"axe.run(document, {{runOnly: {list(RULES)}}})"
    found = page.value(
        f"{run}.then((seen) => ({{kept: seen.passes.length, broken: seen.violations.map((each) => "
        "[each.id, each.nodes.slice(0, 3).map((node) => node.html.slice(0, 160) + ' ' + node.failureSummary)])}))"
    )
    assert found["broken"] == []
    assert found["kept"] > 20


# --- sizes and paper ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["ordinary", "clean", "hostile", "surrounded"])
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_window(browser: Browser, files: dict[str, str], name: str, width: int) -> None:
    page = browser.open(files[name], width)
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.value(overflow) <= 0
    click(page, "#open")
    page.value("document.querySelectorAll('.role').forEach((each) => { each.open = true; })")
    assert page.value(overflow) <= 0


def test_dark_and_light_differ(browser: Browser, files: dict[str, str]) -> None:
    colour = "getComputedStyle(document.body).backgroundColor"
    light, dark = (browser.open(files["ordinary"], dark=each).value(colour) for each in (False, True))
    assert light != dark


def test_it_prints_with_what_needs_attention_open(page: Page) -> None:
    paper = page.pdf()
    assert paper.startswith(b"%PDF-")
    assert paper.count(b"/Type /Page\n") + paper.count(b"/Type /Page ") >= 2
    page.call("Emulation.setEmulatedMedia", media="print")
    page.value("window.dispatchEvent(new Event('beforeprint'))")
    assert page.value("[...document.querySelectorAll('.check.fail')].every((each) => each.open)")
    assert page.value("getComputedStyle(document.querySelector('.filters')).display") == "none"
    page.call("Emulation.setDeviceMetricsOverride", width=688, height=900, deviceScaleFactor=1, mobile=False)  # A4
    assert page.value("document.documentElement.scrollWidth") <= 688
    assert page.value("document.querySelector('.confinement table').getBoundingClientRect().right") <= 688
    assert page.value("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_an_address_with_a_rule_opens_it(browser: Browser, files: dict[str, str]) -> None:
    page = browser.open(files["ordinary"] + "#node-apparmor-active")
    assert page.value("document.getElementById('node-apparmor-active').open")
    assert "node-apparmor-active" in shown(page)


def test_an_address_with_a_role_opens_it(browser: Browser, files: dict[str, str]) -> None:
    page = browser.open(files["surrounded"] + "#role-tool")
    assert page.value("document.getElementById('role-tool').open")
    assert not page.value("document.getElementById('role-unknown').open")
