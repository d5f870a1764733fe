"""Time limits that fit the machine."""

from collections.abc import Generator

import pytest

from hardening.lab import pace


@pytest.fixture(autouse=True)
def _measured_anew() -> Generator[None]:
    pace.machine_speed.cache_clear()
    yield
    pace.machine_speed.cache_clear()


@pytest.mark.parametrize(("times_slower", "factor"), [(0.5, 1.0), (1.0, 1.0), (4.0, 4.0)])
def test_a_slower_machine_gets_more_time_and_a_faster_one_not_less(
    monkeypatch: pytest.MonkeyPatch, times_slower: float, factor: float
) -> None:
    monkeypatch.setattr(pace, "_measure", lambda: pace._REFERENCE_SECONDS * times_slower)  # noqa: SLF001 - the unit of the measurement
    assert pace.machine_speed() == pytest.approx(factor)
    assert pace.patience(60) == pytest.approx(60 * factor)


def test_the_real_measurement_is_a_sensible_number() -> None:
    assert 1.0 <= pace.machine_speed() < 1000
