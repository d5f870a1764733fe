"""The verdict of a report, in words for a person who knows no rule by its name."""

from hardening.model.findings import Report, Severity, Status

from .grouped import Group


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 node`, `2 nodes`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def verdict(report: Report, groups: tuple[Group, ...]) -> str:
    """One sentence: how many rules are broken and how badly, or what else stands in the way of a clean sheet."""
    failed = [group for group in groups if group.status is Status.FAIL]
    if failed:
        said = f"{counted(len(failed), 'rule is', 'rules are')} broken"
        for severity in (Severity.CRITICAL, Severity.HIGH):
            weighty = sum(group.check.severity is severity for group in failed)
            if weighty:
                return f"{said}, {weighty} of {severity} weight."
        return f"{said}, none of high weight."
    if report.unread_nodes or any(group.status is Status.UNKNOWN for group in groups):
        return "Nothing failed, but not everything could be seen."
    if any(group.accepted for group in groups):
        return "Nothing failed but what is accepted."
    return "Nothing failed."
