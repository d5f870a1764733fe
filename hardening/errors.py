"""The only failures a user may ever see. Everything else is a bug and shows a traceback."""

from enum import IntEnum

_LONGEST = 300
"""Characters of another library's complaint that are shown."""


class Exit(IntEnum):
    """Exit codes of every command."""

    OK = 0
    FAILED = 1
    """Findings, a failed deploy, a profile that does not verify."""
    BAD_INPUT = 2
    """Bad input or usage; nothing was changed."""
    UNREACHABLE = 3
    """A host could not be reached or read."""
    CHANGES = 10
    """`harden plan` found something to do."""


class HardenError(Exception):
    """What happened, where, and what to do next.

    Args:
        message: one sentence with file:line, node or service in it. Never a secret.
        hint: what the user can do next; empty when the message says it already.
        exit_code: how the command ends.
    """

    def __init__(self, message: str, hint: str = "", exit_code: Exit = Exit.BAD_INPUT) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.exit_code = exit_code


class HostError(HardenError):
    """A host could not be reached, or stopped answering. A remote program that fails is a Result instead."""

    def __init__(self, node: str, message: str, hint: str = "") -> None:
        super().__init__(f"{node}: {message}", hint, Exit.UNREACHABLE)
        self.node = node


class FailedError(HardenError):
    """The input was fine, and the work still failed: a step, a rollout, a verification."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint, Exit.FAILED)


class Stopped(SystemExit):
    """A signal ends the program, unlike a check of a user's own that calls `sys.exit`."""


def encodable(text: str) -> str:
    """Text that every form can hold: halves of characters, as a file's odd name has them, stand as escapes."""
    return text.encode(errors="backslashreplace").decode()


def one_line(error: BaseException) -> str:
    """A decoder's complaint, which quotes what it complains about, as one line of bounded length."""
    words = encodable(" ".join(str(error).split()))
    return words if len(words) <= _LONGEST else words[:_LONGEST] + "…"
