"""The rule that nothing passes CI by not running."""

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

CONFTEST = Path(__file__).parents[1] / "conftest.py"
MODULE = """
import pytest

@pytest.mark.skip(reason="no engine")
def test_marked(): ...

def test_called():
    pytest.skip("no kernel")

@pytest.mark.may_skip("KVM is a machine's luck")
def test_allowed():
    pytest.skip("no kvm")

@pytest.mark.xfail(reason="known")
def test_known():
    assert False

def test_fine(): ...
"""


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makeconftest(CONFTEST.read_text())
    pytester.makepyfile(MODULE)
    return pytester


def test_under_ci_a_skip_is_a_failure_that_gives_its_reason(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    result = suite.runpytest("-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, failed=1, errors=1, skipped=1, xfailed=1)
    result.stdout.fnmatch_lines(["*failure where CI=true*no engine*", "*failure where CI=true*no kernel*"])


def test_under_ci_a_module_that_skips_itself_is_an_error(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    path = suite.makepyfile(test_whole='import pytest\npytest.importorskip("no_such_module")\n')
    result = suite.runpytest("-p", "no:cacheprovider", path)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*failure where CI=true*no_such_module*"])


def test_elsewhere_a_skip_is_a_skip(suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    suite.runpytest("-p", "no:cacheprovider").assert_outcomes(passed=1, skipped=3, xfailed=1)
