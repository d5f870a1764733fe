"""What all tests share.

Under CI nothing may pass by not running: a skip is a failure, unless the test says that it may skip.
"""

import os
import signal
from collections.abc import Generator

import pytest

MAY_SKIP = "may_skip"


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker that allows a skip; let `kill` and `timeout` end a run as Ctrl-C does, by its fixtures."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    config.addinivalue_line("markers", f"{MAY_SKIP}(reason): a skip is right under CI too, and why")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Generated documents are compared with what would be generated now, or written anew."""
    parser.addoption("--regenerate", action="store_true", help="rewrite generated documents instead of comparing them")


@pytest.fixture
def regenerate(request: pytest.FixtureRequest) -> bool:
    """Whether generated documents are to be written anew."""
    return bool(request.config.getoption("--regenerate"))


def _strict() -> bool:
    return os.environ.get("CI") == "true"


def _reason(longrepr: object) -> str:
    return longrepr[-1] if isinstance(longrepr, tuple) else str(longrepr)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a test's skip into a failure."""
    report = yield
    if _strict() and report.skipped and not hasattr(report, "wasxfail") and not item.get_closest_marker(MAY_SKIP):
        report.outcome = "failed"
        report.longrepr = f"skipped, which is a failure where CI=true: {_reason(report.longrepr)}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn a whole module's skip into a failure."""
    report = yield
    if _strict() and report.outcome == "skipped":
        report.outcome = "failed"
        report.longrepr = f"skipped, which is a failure where CI=true: {_reason(report.longrepr)}"
    return report
