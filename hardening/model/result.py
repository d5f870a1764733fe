"""What a program answered."""

from msgspec import Struct

_LONGEST = 500
"""Letters of a complaint that are told: a node may say anything."""


class Result(Struct, frozen=True):
    """A program ran to its end on a host. A non-zero `rc` is an answer, not an exception."""

    argv: tuple[str, ...]
    rc: int
    stdout: bytes
    stderr: bytes

    @property
    def ok(self) -> bool:
        """Whether the program ended with 0."""
        return self.rc == 0

    @property
    def text(self) -> str:
        """Standard output as text."""
        return self.stdout.decode(errors="replace")

    @property
    def complaint(self) -> str:
        """The last line of standard error, for one-line messages."""
        lines = self.stderr.decode(errors="replace").strip().splitlines()
        return lines[-1][:_LONGEST] if lines else f"exit code {self.rc}"
