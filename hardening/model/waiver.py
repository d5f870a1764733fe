"""Findings that somebody accepted: which, why, who answers for it, until when."""

from datetime import date

from msgspec import Struct


class Waiver(Struct, frozen=True, omit_defaults=True):
    """One entry of `waivers.yml`.

    Attributes:
        check: id of the check whose findings are accepted.
        subject: glob over the finding's subject, such as `shop_web.*`.
        reason: why the risk is taken.
        owner: who answers for it.
        expires: the last day on which it holds.
        node: glob over the finding's node; findings of the whole cluster have none, and only `*` meets them.
        place: file and line of the entry.
    """

    check: str
    subject: str
    reason: str
    owner: str
    expires: date
    node: str = "*"
    place: str = ""


class WaiverUse(Struct, frozen=True):
    """A waiver, and what it met in an audit.

    Attributes:
        expired: its last day is over; it waives nothing.
        asked: whether its check was put to the cluster.
        met: how many failures, or matters for a person, it names.
        unseen: why it cannot be told whether there are more: an answer of its check that could not be had.
    """

    waiver: Waiver
    expired: bool
    asked: bool
    met: int
    unseen: str = ""
