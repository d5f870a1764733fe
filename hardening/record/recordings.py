"""From what nodes bring back to one recording. Pure."""

from collections.abc import Mapping

from hardening.errors import FailedError
from hardening.model.recording import Recording

from . import merging
from .answer import Answer
from .node_part import NodePart


def recording(role: str, scenario: str, answers: Mapping[str, Answer], recorded_at: str) -> Recording:
    """What the nodes saw together.

    Args:
        role: whose evidence it becomes.
        scenario: what the service was put through.
        answers: by node name.
        recorded_at: UTC, ISO 8601.

    Raises:
        FailedError: no task was seen on any node, or tasks of more than one image.
    """
    seen = [NodePart(role, scenario, answer, recorded_at).recording() for answer in answers.values() if answer.groups]
    if not seen:
        raise FailedError(f"{role}: no container of the service ran on {', '.join(answers)} while it was recorded")
    return merging.merge(seen)
