"""What services write."""

from msgspec import Struct


class LogLine(Struct, frozen=True):
    """One entry of a task's output.

    Attributes:
        time: as the engine writes it, RFC 3339 in UTC.
        node_id: the swarm's id of the node.
        task_id: the swarm's id of the task.
        text: as it was written, without the end of its line. Whoever shows it makes it harmless first.
    """

    time: str
    node_id: str
    task_id: str
    text: str
