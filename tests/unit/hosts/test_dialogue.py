"""The JSON protocols of QEMU and its guest agent, spoken with a real socket on the other side."""

import json
import os
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hardening.hosts.dialogue import AgentChannel, DialogueError, Monitor

GREETING: dict[str, object] = {"QMP": {"version": {}}}


@contextmanager
def server(path: Path, act: Callable[[socket.socket], None]) -> Generator[None]:
    """Accept one connection and act on it, in the background."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                act(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        yield
        thread.join(5)


def line(connection: socket.socket, *messages: object) -> None:
    connection.sendall(b"".join(json.dumps(message).encode() + b"\r\n" for message in messages))


def monitor(connection: socket.socket, *answers: object) -> None:
    """A monitor that greets, takes `qmp_capabilities`, and answers the next command."""
    line(connection, GREETING)
    connection.recv(4096)
    line(connection, {"return": {}})
    connection.recv(4096)
    line(connection, *answers)


def test_events_between_command_and_answer_are_passed_over(tmp_path: Path) -> None:
    answers = ({"event": "STOP"}, {"event": "RESUME"}, {"return": {"status": "running"}})
    path = tmp_path / "monitor"
    with server(path, lambda connection: monitor(connection, *answers)), Monitor(path, timeout=5) as asked:
        assert asked.command("query-status") == {"status": "running"}


def test_a_refusal_says_why(tmp_path: Path) -> None:
    path = tmp_path / "monitor"
    refusal = {"error": {"class": "GenericError", "desc": "no such link"}}
    with (
        server(path, lambda connection: monitor(connection, refusal)),
        Monitor(path, timeout=5) as asked,
        pytest.raises(DialogueError, match="set_link: no such link"),
    ):
        asked.command("set_link", name="wire", up=False)


def test_silence_ends_at_the_time_limit(tmp_path: Path) -> None:
    path = tmp_path / "monitor"
    released = threading.Event()

    def keep_silent(_connection: socket.socket) -> None:
        released.wait(5)

    with server(path, keep_silent):
        with pytest.raises(DialogueError, match="no answer"):
            Monitor(path, timeout=0.1)
        released.set()


def test_an_ended_connection_is_no_answer(tmp_path: Path) -> None:
    path = tmp_path / "monitor"
    with (
        server(path, lambda connection: line(connection, GREETING)),
        pytest.raises(DialogueError, match="connection ended"),
    ):
        Monitor(path, timeout=5)


def test_nobody_there_is_no_answer(tmp_path: Path) -> None:
    with pytest.raises(DialogueError, match="monitor: No such file"):
        Monitor(tmp_path / "monitor", timeout=1)


def test_a_lent_file_arrives_open(tmp_path: Path) -> None:
    path, content = tmp_path / "monitor", tmp_path / "content"
    content.write_text("saved")
    came: list[bytes] = []

    def take(connection: socket.socket) -> None:
        line(connection, GREETING)
        connection.recv(4096)
        line(connection, {"return": {}})
        _, descriptors, _, _ = socket.recv_fds(connection, 4096, 1)
        with os.fdopen(descriptors[0], "rb") as file:
            came.append(file.read())
        line(connection, {"return": {}})

    with server(path, take), Monitor(path, timeout=5) as asked, content.open("rb") as file:
        asked.lend("memory", file.fileno())
    assert came == [b"saved"]


def test_what_an_earlier_caller_left_unread_is_dropped(tmp_path: Path) -> None:
    def agent(connection: socket.socket) -> None:
        asked = json.loads(connection.recv(4096).lstrip(b"\xff"))
        line(connection, {"return": 7})
        connection.sendall(b"\xff")
        line(connection, {"return": asked["arguments"]["id"]})
        connection.recv(4096)
        line(connection, {"return": {"pid": 12}})

    path = tmp_path / "agent"
    with server(path, agent), AgentChannel(path, timeout=5) as channel:
        assert channel.command("guest-exec", path="/bin/true") == {"pid": 12}
