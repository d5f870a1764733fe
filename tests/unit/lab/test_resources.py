"""Room for the guests."""

from pathlib import Path

import pytest

from hardening.errors import HardenError
from hardening.lab import resources

MEMINFO = "MemTotal:       24684000 kB\nMemFree:         1000000 kB\nMemAvailable:    4194304 kB\n"


def test_available_memory_is_not_free_memory() -> None:
    assert resources.available_memory(MEMINFO) == 4096


def test_a_kernel_that_does_not_tell_is_an_error_not_a_zero() -> None:
    with pytest.raises(HardenError, match="does not say"):
        resources.available_memory("MemTotal: 1 kB\n")


def test_guests_that_do_not_fit_are_refused_with_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "available_memory", lambda _text: 4096)
    resources.require_memory(2, 2048)
    with pytest.raises(HardenError, match="3 guests of 2048 MiB do not fit: 4096 MiB") as caught:
        resources.require_memory(3, 2048)
    assert "--memory" in caught.value.hint


def test_a_full_disk_is_told_before_anything_is_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    resources.require_disk(tmp_path)
    monkeypatch.setattr(resources, "_DISK_MEBIBYTES", 2**40)
    with pytest.raises(HardenError, match="MiB are free"):
        resources.require_disk(tmp_path)
