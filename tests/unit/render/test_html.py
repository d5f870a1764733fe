"""The page holds what the report says, and nothing that could act."""

import base64
import hashlib
import itertools
import re
from html.parser import HTMLParser

import msgspec
import pytest

from hardening.model.findings import Finding, Outcome, Report, Status
from hardening.render import html
from tests.unit import facts_factory as given
from tests.unit.render import reports

ORDINARY, CLEAN, HOSTILE = reports.ordinary(), reports.clean(), reports.hostile()
PAGES = {"ordinary": html.render(ORDINARY), "clean": html.render(CLEAN), "hostile": html.render(HOSTILE)}
each_page = pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)


class Page(HTMLParser):
    """Tags with their attributes, and whether they are closed as they were opened."""

    VOID = frozenset({"meta", "input", "br", "hr", "img", "link"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(text)
        assert not self._open, self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag, (tag, self.getpos())

    def all(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag in names]


@each_page
def test_its_tags_are_closed_and_its_ids_are_unique(page: str) -> None:
    ids = [attributes["id"] for _, attributes in Page(page).tags if "id" in attributes]
    assert len(ids) == len(set(ids))


@each_page
def test_it_asks_for_nothing_and_runs_only_its_own_script(page: str) -> None:
    parsed = Page(page)
    assert not parsed.all("img", "link", "iframe", "object", "embed", "base", "audio", "video")
    assert len(parsed.all("script")) == len(parsed.all("style")) == 1
    for tag, attributes in parsed.tags:
        assert not [name for name in attributes if name.startswith("on") or name in {"src", "style", "srcset"}], tag
        assert (attributes.get("href") or "#").startswith("#"), attributes
    assert not re.search(r"url\(|@import", re.search(r"<style>(.*?)</style>", page, re.DOTALL).group(1))  # type: ignore[union-attr]  # asserted above


@each_page
def test_its_policy_pins_the_style_and_the_script_by_hash(page: str) -> None:
    policy = next(each["content"] for each in Page(page).all("meta") if each.get("http-equiv"))
    assert policy
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for tag in ("script", "style"):
        (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_hostile_names_are_shown_as_text() -> None:
    page = PAGES["hostile"]
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "\\x1b[31mred" in page
    assert "\\u202efdp.exe" in page
    assert "{{ 7*7 }}" in page


@each_page
def test_headings_go_down_one_level_at_a_time(page: str) -> None:
    levels = [int(tag[1]) for tag, _ in Page(page).tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in itertools.pairwise(levels))


@each_page
def test_what_can_be_used_has_a_name_for_screen_readers(page: str) -> None:
    parsed = Page(page)
    assert parsed.all("html")[0]["lang"] == "en"
    assert len(parsed.all("main")) == len(parsed.all("header")) == len(parsed.all("footer")) == 1
    for cell in [each for each in parsed.all("button") if "data-node" in each]:
        assert cell["aria-label"]
    labelled = page.count("<label")
    assert labelled == len(parsed.all("input", "select"))


@pytest.mark.parametrize("report", [ORDINARY, CLEAN], ids=["ordinary", "clean"])
def test_every_check_is_in_it_once(report: Report) -> None:
    page = Page(html.render(report))
    shown = [each["id"] for each in page.all("details")]
    assert sorted(str(each) for each in shown) == sorted(check.id for check in report.checks)


def test_a_role_tells_its_size_its_proof_and_what_is_open() -> None:
    page = html.render(reports.surrounded())
    tool, other, unknown = re.findall(r'<details class="role".*?</details>', page, re.DOTALL)
    assert "70 are allowed; Docker's default profile allows 307" in tool.replace("&#39;", "'")
    assert "60 of them were made in 2 scenarios: load, start. " in tool
    assert "could make 140, and 2 places in it any" in tool
    assert ">verified<" in tool
    assert ">decided<" in tool
    assert ">1 open<" in other
    assert "file:/" in other
    assert ">verified before it changed<" in other
    assert ">never verified<" in unknown
    assert "was not analysed" in unknown
    assert "Nothing was recorded" in unknown


def test_a_service_leads_to_its_role() -> None:
    page = html.render(msgspec.structs.replace(ORDINARY, roles=(given.role("web"),)))
    assert '<a href="#role-web">web</a>' in page
    assert 'id="role-web"' in page


def test_a_report_without_roles_has_no_part_about_them() -> None:
    assert '<h2 id="profiles"' not in PAGES["ordinary"]


def test_the_verdict_is_said_in_words() -> None:
    assert re.search(r"\d+ rules are broken, 2 of critical weight", PAGES["ordinary"])
    assert "node4 could not be read." in PAGES["ordinary"]
    assert "Nothing failed" in PAGES["clean"]


def test_what_only_a_lost_node_leaves_open_is_told_apart() -> None:
    assert "Open only because a node could not be read" in PAGES["ordinary"]
    assert "Open only because a node could not be read" not in PAGES["clean"]


def test_a_huge_cluster_gives_a_page_that_can_still_be_opened() -> None:
    many = tuple(
        Finding(check.id, Outcome(f"container{number}", Status.PASS, "seen", "wanted", "node1"))
        for check in CLEAN.checks
        for number in range(500)
    )
    page = html.render(msgspec.structs.replace(CLEAN, findings=many))
    assert len(page) < 5_000_000
    assert "470 more answers of this rule are in the JSON report." in page
