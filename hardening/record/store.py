"""Recordings as files: `profiles/<role>/recordings/<scenario>.json`."""

import re
from pathlib import Path

from hardening import outputs
from hardening.confine.recordings import FOLDER, sealed
from hardening.errors import FailedError, HardenError
from hardening.model.recording import Recording

_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")


def path_of(profiles: Path, role: str, scenario: str) -> Path:
    """Where a recording belongs.

    Raises:
        HardenError: the scenario's name would be no plain file name.
    """
    if not _NAME.fullmatch(scenario):
        raise HardenError(f"scenario {scenario!r}: a name is up to 64 lower-case letters, digits, `-`, `_` and `.`")
    return profiles / role / FOLDER / f"{scenario}.json"


def write(profiles: Path, recording: Recording) -> Path:
    """Keep a recording in the place of the earlier one of its scenario.

    Raises:
        FailedError: events were lost; nothing is written.
        HardenError: the file cannot be written; what was there is left as it was.
    """
    path = path_of(profiles, recording.role, recording.scenario)
    if not recording.programs:
        raise FailedError(f"{path}: not written: the service did nothing while it was recorded")
    if not recording.is_whole:
        lost = recording.lost
        raise FailedError(
            f"{path}: not written: {lost.syscalls} system calls and {lost.files} uses of files were lost, so that the "
            "profile would lack what they needed",
            "record again, for a shorter time or under less load",
        )
    outputs.make_folder(path.parent)
    outputs.write_all({path: sealed(recording)}, shared=True)
    return path
