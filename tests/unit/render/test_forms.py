"""Each form of the report is valid for whoever reads that form, and hostile names are harmless in all of them."""

import io
import json
import re
from xml.etree import ElementTree as ET

import jsonschema
import msgspec
import pytest
from junitparser import JUnitXml
from markdown_it import MarkdownIt
from oscal_bindings.v1 import parse_assessment_results
from rich.console import Console
from sarif_pydantic import Sarif

from hardening.model.findings import Ref, Report, Severity, Status
from hardening.render import document, formats, terminal
from hardening.render.formats import Format
from tests.unit.render import reports

ORDINARY, CLEAN, HOSTILE, SURROUNDED = reports.ordinary(), reports.clean(), reports.hostile(), reports.surrounded()
ALL = {"ordinary": ORDINARY, "clean": CLEAN, "hostile": HOSTILE, "surrounded": SURROUNDED}
INVISIBLE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]"
)

each_report = pytest.mark.parametrize("report", ALL.values(), ids=ALL)


def printed(report: Report, *, everything: bool = False, width: int = 100) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=False, highlight=False)
    terminal.show(report, console, everything=everything)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("form", Format)
@each_report
def test_no_form_holds_characters_that_cannot_be_seen(report: Report, form: Format) -> None:
    assert not INVISIBLE.search(formats.render(report, form))


@each_report
def test_the_terminal_form_holds_none_either(report: Report) -> None:
    assert not INVISIBLE.search(printed(report, everything=True))


def foreign(words: str) -> Report:
    """A report in which checks say what somebody else wrote."""
    checks = [
        msgspec.structs.replace(each, title=words, rationale=words, remediation=words, refs=(Ref(words, "", words),))
        for each in ORDINARY.checks
    ]
    return msgspec.structs.replace(ORDINARY, checks=tuple(checks), tool_version=words)


@pytest.mark.parametrize("form", Format)
@pytest.mark.parametrize("words", [reports.HOSTILE, "\uffff", "", " "])
def test_words_of_foreign_checks_are_as_harmless_as_names(words: str, form: Format) -> None:
    text = formats.render(foreign(words), form)
    assert not INVISIBLE.search(text)
    if form is Format.JUNIT:
        JUnitXml.fromstring(text.encode())
    if form is Format.OSCAL:
        parse_assessment_results(text)
    if form is Format.MARKDOWN:
        assert not re.search("<script>|<img|<a ", MarkdownIt("gfm-like", {"linkify": False}).render(text))


@each_report
def test_json_follows_its_schema_and_comes_back_whole(report: Report) -> None:
    text = formats.render(report, Format.JSON)
    schema = json.loads(document.schema())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(text), schema)
    assert msgspec.json.decode(text, type=Report) == report


@each_report
def test_sarif_is_read_by_a_reader_of_sarif(report: Report) -> None:
    text = formats.render(report, Format.SARIF)
    run = Sarif.model_validate_json(text).runs[0]
    counted = report.summary.by_status
    attention = counted[Status.FAIL] + counted[Status.UNKNOWN] + counted[Status.MANUAL]
    assert len(run.results or ()) == attention + report.summary.waived
    suppressed = [result for result in json.loads(text)["runs"][0]["results"] if result.get("suppressions")]
    assert len(suppressed) == report.summary.waived
    failed = [result for result in run.results or () if result.kind == "fail"]
    assert len(failed) == counted[Status.FAIL] + len(suppressed)
    rules = [rule.id for rule in run.tool.driver.rules or ()]
    assert all(rules[result.rule_index or 0] == result.rule_id for result in run.results or ())


def test_sarif_fingerprints_tell_subjects_apart() -> None:
    results = json.loads(formats.render(ORDINARY, Format.SARIF))["runs"][0]["results"]
    prints = [result["partialFingerprints"]["subject/v1"] for result in results]
    assert len(set(prints)) == len(prints)


@each_report
def test_junit_is_read_by_a_reader_of_junit(report: Report) -> None:
    suites = JUnitXml.fromstring(formats.render(report, Format.JUNIT).encode())
    counted = report.summary.by_status
    lost = len(report.docker_bench.unread) if report.docker_bench else 0
    assert sum(suite.tests for suite in suites) == len(report.findings) + lost
    assert sum(suite.failures for suite in suites) == counted[Status.FAIL]
    assert sum(suite.errors for suite in suites) == counted[Status.UNKNOWN] + lost
    cases = [case for suite in suites for case in suite]
    assert sum(case.is_failure for case in cases) == counted[Status.FAIL]
    assert sum(case.is_error for case in cases) == counted[Status.UNKNOWN] + lost


def test_junit_keeps_names_as_text() -> None:
    root = ET.fromstring(formats.render(HOSTILE, Format.JUNIT))  # noqa: S314 - we wrote it
    assert not root.findall(".//script")
    assert any("<script>" in case.get("name", "") for case in root.iter("testcase"))


@each_report
def test_markdown_becomes_html_without_links_images_or_scripts_of_strangers(report: Report) -> None:
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(formats.render(report, Format.MARKDOWN))
    for tag in ("<script", "<img", "<a ", "<a>"):
        assert tag not in html


def test_markdown_tables_keep_their_columns() -> None:
    html = MarkdownIt().enable("table").render(formats.render(HOSTILE, Format.MARKDOWN))
    for table in re.findall(r"<table>(.*?)</table>", html, re.DOTALL):
        rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
        assert len({len(re.findall(r"<t[dh]", row)) for row in rows}) == 1
    assert html.count("<table>") == formats.render(HOSTILE, Format.MARKDOWN).count("\n| ---")


def test_the_terminal_names_the_worst_first_and_says_what_to_do() -> None:
    text = printed(ORDINARY)
    order = [text.index(f" {severity.upper()} ") for severity in sorted(Severity, key=lambda each: -each.weight)]
    assert order == sorted(order)
    assert "tool on node2" in text
    assert "/run on /host/tool" in text
    assert "fix" in text


def test_the_terminal_tells_an_unread_node_once_and_not_for_each_check() -> None:
    text = printed(ORDINARY)
    assert "node4 could not be read" in text
    assert text.count("Connection timed out") == 2


def test_the_terminal_shows_what_passed_only_when_asked() -> None:
    assert "node-apparmor-active" not in printed(ORDINARY)
    assert "node-apparmor-active" in printed(ORDINARY, everything=True)


def test_a_clean_cluster_is_said_to_be_clean() -> None:
    assert "Nothing failed." in printed(CLEAN)


def test_the_verdict_stands_before_everything_else() -> None:
    assert printed(ORDINARY).splitlines()[2].endswith("rules are broken, 2 of critical weight.")


def test_it_ends_with_what_to_do_next() -> None:
    last = printed(ORDINARY).split("\nNext\n")[1]
    assert "harden checks show" in last
    assert "harden audit --all" in last
    assert "harden checks show" not in printed(CLEAN)


def test_what_a_waiver_accepts_is_no_failure_and_not_hidden() -> None:
    text = printed(reports.waived(check="container-engine-socket"))
    assert "2 of critical weight" not in text
    assert "It is replaced by a service in March. Ada Ops, until 2027-03-31" in " ".join(text.split())


@each_report
@pytest.mark.parametrize("everything", [False, True], ids=["short", "all"])
def test_what_is_piped_holds_no_colours_and_no_blanks_at_line_ends(report: Report, everything: bool) -> None:
    text = printed(report, everything=everything)
    assert "\x1b" not in text
    assert not [line for line in text.splitlines() if line != line.rstrip()]


@pytest.mark.parametrize("width", [40, 80, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    assert max(map(len, printed(ORDINARY, width=width).splitlines())) <= width


def test_the_headline_is_one_line() -> None:
    line = terminal.headline(ORDINARY)
    assert "\n" not in line
    assert "critical" in line


# --- waivers, changes, a second opinion -----------------------------------------------------------------------------


def test_a_waived_finding_is_shown_with_its_reason_in_every_form() -> None:
    for form in Format:
        text = formats.render(SURROUNDED, form)
        assert "it is small tool" in text, form
        assert "2031-05-01" in text, form
    assert "it is small tool  ops tool, until 2031-05-01" in printed(SURROUNDED, width=200)


def test_a_waived_finding_is_no_failure_in_any_form() -> None:
    sarif = json.loads(formats.render(SURROUNDED, Format.SARIF))["runs"][0]["results"]
    marked = [result for result in sarif if result["suppressions"]]
    assert [result["ruleId"] for result in marked] == ["container-memory-limit"]
    assert marked[0]["suppressions"][0]["justification"] == "it is small tool (ops tool, until 2031-05-01)"
    root = ET.fromstring(formats.render(SURROUNDED, Format.JUNIT))  # noqa: S314 - we wrote it
    skipped = [case.find("skipped") for case in root.iter("testcase") if "memory-limit" in case.get("classname", "")]
    assert [case.get("message") for case in skipped if case is not None and "waived" in case.get("message", "")] == [
        "waived: it is small tool (ops tool, 2031-05-01)"
    ]
    assert "Every container has a memory limit" not in printed(SURROUNDED).partition("Could not be seen")[0]


def test_a_report_without_waivers_marks_nothing_in_sarif() -> None:
    assert "suppressions" not in formats.render(ORDINARY, Format.SARIF)


def test_changes_are_shown_with_what_is_new() -> None:
    assert re.search(r"Since 2026-11-18 .* of shop tool  \d+ new, \d+ fixed", printed(SURROUNDED, width=200))
    assert re.search(r"\d+ new, \d+ fixed", formats.render(SURROUNDED, Format.MARKDOWN))
    assert re.search(r"\d+ new, \d+ fixed", formats.render(SURROUNDED, Format.HTML))


def test_a_second_opinion_is_shown_where_it_disagrees_and_where_it_is_missing() -> None:
    for text in (
        printed(SURROUNDED, width=200),
        *(formats.render(SURROUNDED, each) for each in (Format.MARKDOWN, Format.HTML)),
    ):
        assert "5.11" in text
        assert "timed out tool" in text
    for form in (Format.JUNIT, Format.SARIF):
        assert "timed out tool" in formats.render(SURROUNDED, form)
    everything = printed(SURROUNDED, everything=True, width=200)
    assert "C.tool" in everything


def test_checks_that_were_not_asked_are_named() -> None:
    for text in (
        printed(SURROUNDED),
        formats.render(SURROUNDED, Format.HTML),
        formats.render(SURROUNDED, Format.MARKDOWN),
    ):
        assert "1 check was not asked, by choice: shop-tool" in text.replace("\\", "")
