"""What the code of an image can do: evidence for calls that no scenario happened to make."""

from msgspec import Struct

ANALYSIS_VERSION = 1
"""Raised when a stored analysis of the previous form can no longer be read."""


class Where(Struct, frozen=True, order=True, forbid_unknown_fields=True):
    """Where a system call can be made.

    Attributes:
        program: path in the image of the program that may come there.
        library: path of the file whose function makes the call; the program's own path when it does so itself.
        function: the function by which the program or another library enters, or else the one that makes the call.
    """

    program: str
    library: str
    function: str


class Unresolved(Struct, frozen=True, order=True, forbid_unknown_fields=True):
    """Calls that may run and whose number could not be told: `count` places in one function of one file."""

    library: str
    function: str
    count: int


class Analysis(Struct, frozen=True, forbid_unknown_fields=True):
    """`profiles/<role>/analysis.json`.

    Attributes:
        image: digest of the image's manifest or, where it has none, its id, as `sha256:…`; empty for a bare folder.
        programs: what was followed: entry program, command, health check, recorded executions.
        files: every program and library that counts -> SHA-256 of its content.
        syscalls: name -> where it is reached; at most a few places each.
        unresolved: places that could make any call.
        missing: libraries that are asked for and not in the image, and programs that are not there, one phrase each.
    """

    image: str
    programs: tuple[str, ...]
    files: dict[str, str]
    syscalls: dict[str, tuple[Where, ...]]
    unresolved: tuple[Unresolved, ...] = ()
    missing: tuple[str, ...] = ()
    version: int = ANALYSIS_VERSION
