"""A replica set's state, for people and for programs."""

from collections.abc import Iterator

import msgspec

from hardening.model.replica_set import Decision, Loss, Member, SetReport

from .inert import plain

REPORT_VERSION = 1


def as_text(report: SetReport) -> str:
    """Members, majority, what a loss would do, what healing would do."""
    view = report.view
    lines = [f"{report.stack}/{view.name} · configuration {view.version} · {_verdict(report)}", ""]
    lines += _table([_row(member) for member in view.members])
    lines += ["", *_majority(report), ""]
    lines += [f"  if {plain(loss.node)} were lost: {_effect(loss)}" for loss in report.losses]
    lines += [f"  on stand-by: {service} on {plain(node)}" for service, node in report.standby.items()]
    lines += [f"  not read: {service}: {plain(reason)}" for service, reason in report.unread.items()]
    return "\n".join([*lines, *decision_lines(report.decision)])


def decision_lines(decision: Decision) -> list[str]:
    """Steps with before and after, and what is left alone."""
    lines = []
    if decision.steps:
        lines += ["", "Healing would, in this order:"]
        for number, step in enumerate(decision.steps, start=1):
            lines += [f"  {number}. {step.summary}", f"       - {step.before}", f"       + {step.after}"]
    if decision.notes:
        lines += ["", *(f"  {note}" for note in decision.notes)]
    return lines


def as_json(report: SetReport) -> str:
    """The same as a document; `margin` is how many confirming members may be lost before majority writes wait."""
    view = report.view
    document = {
        "version": REPORT_VERSION,
        "stack": report.stack,
        "set": view.name,
        "well": report.is_well,
        "configuration": view.version,
        "primary": view.primary.host if view.primary else None,
        "majority": view.majority,
        "write_majority": view.write_majority,
        "margin": view.margin,
        "write_concern": view.write_concern,
        "settings": view.settings,
        "members": view.members,
        "losses": report.losses,
        "unread": report.unread,
        "standby": report.standby,
        "steps": report.decision.steps,
        "notes": report.decision.notes,
    }
    return msgspec.json.format(msgspec.json.encode(document)).decode()


def _verdict(report: SetReport) -> str:
    if not report.view.primary:
        return "NO PRIMARY: neither reads nor writes"
    if report.view.margin < 0:
        return "MAJORITY WRITES WAIT"
    return "well" if report.is_well else "works, not whole"


def _majority(report: SetReport) -> Iterator[str]:
    view = report.view
    up = sum(member.votes for member in view.members if member.is_up)
    confirming = sum(member.confirms and member.is_up for member in view.members)
    yield f"  elections need {view.majority} votes, {up} of {sum(m.votes for m in view.members)} are up"
    yield f"  majority writes need {view.write_majority} data members, {confirming} are up: {_margin(view.margin)}"


def _margin(margin: int) -> str:
    if margin < 0:
        return "they wait"
    return f"{margin} may be lost" if margin else "none may be lost"


def _effect(loss: Loss) -> str:
    if not loss.elects:
        return "no primary, so neither reads nor writes"
    if not loss.writes:
        return "reads go on, majority writes wait"
    return "reads and writes go on after an election" if loss.primary else "reads and writes go on"


def _row(member: Member) -> tuple[str, ...]:
    lag = "" if member.lag is None else f"{member.lag:.0f} s behind"
    away = "" if member.away is None else f"away {member.away:.0f} s"
    return (
        plain(member.host),
        plain(member.node) or "-",
        plain(member.state),
        f"{member.votes} {'vote' if member.votes == 1 else 'votes'}",
        f"priority {member.priority:g}",
        lag or away or "-",
    )


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  " + "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
