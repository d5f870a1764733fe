"""The answer to a check."""

from enum import StrEnum


class Status(StrEnum):
    """The answer to a check, for one subject. UNKNOWN is never a pass."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"
    UNKNOWN = "unknown"
    MANUAL = "manual"
