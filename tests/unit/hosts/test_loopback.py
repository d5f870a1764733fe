"""Ports on the loopback."""

import socket

from hardening.hosts.loopback import LOOPBACK, free_port, is_free


def test_a_taken_port_is_not_free_and_another_one_is_given() -> None:
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert not is_free(port)
        other = free_port(port)
        assert other != port
        assert is_free(other)


def test_the_preferred_port_is_given_when_it_is_free() -> None:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port = probe.getsockname()[1]
    assert free_port(port) == port
