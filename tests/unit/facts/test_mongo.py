"""A server's answers without what must not be kept, and errors in one line."""

import pickle

import pytest
from pymongo.errors import OperationFailure, ServerSelectionTimeoutError

from hardening.facts.mongo import users_of
from hardening.hosts.database import Secret, as_json, complaint, keyfile_credentials
from hardening.model.facts import MongoUser


def test_users_are_kept_without_their_credentials() -> None:
    answer = {
        "users": [
            {
                "user": "app",
                "db": "admin",
                "roles": [{"role": "readWrite", "db": "ads"}],
                "mechanisms": ["SCRAM-SHA-256"],
                "credentials": {"SCRAM-SHA-256": {"storedKey": "x"}},
            },
            {"user": "cert", "db": "$external"},
        ]
    }
    assert users_of(answer) == (
        MongoUser("app", "admin", ("SCRAM-SHA-256",), (("readWrite", "ads"),)),
        MongoUser("cert", "$external", (), ()),
    )


def test_an_answer_is_kept_without_the_signed_time() -> None:
    assert as_json({"ok": 1.0, "$clusterTime": {"signature": b"x"}, "operationTime": 1}) == '{"ok": 1.0}'


def test_a_secret_shows_nothing_of_itself() -> None:
    secret = Secret(b"hunter2")
    assert "hunter2" not in f"{secret} {secret!r} {[secret]} {keyfile_credentials(secret)!r}"
    with pytest.raises(TypeError):
        pickle.dumps(secret)


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"abc", b"abc"),
        (b"ab c\nde\n", b"abcde"),
        (b"- new\n- old\n", b"new"),
        (b'- "new"\n- "old"\n', b"new"),
        (b"-abc", b"-abc"),
    ],
)
def test_the_key_of_a_key_file_is_found_as_the_server_finds_it(content: bytes, key: bytes) -> None:
    login = keyfile_credentials(Secret(content))
    assert (login.user, login.database, login.password.reveal()) == ("__system", "local", key)


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (OperationFailure("x", 13, {"codeName": "Unauthorized", "errmsg": "not allowed"}), "Unauthorized: not allowed"),
        (OperationFailure("x", 1, {"errmsg": "no"}), "no"),
        (
            OperationFailure("x", 13, {"errmsg": "not authorized on admin to execute command { a: 1 }"}),
            "not authorized on admin",
        ),
        (
            ServerSelectionTimeoutError(
                "/tmp/a/b.sock: connection closed (configured timeouts: a), Timeout: 10s, Topology"
            ),
            "connection closed",
        ),
    ],
)
def test_an_error_of_the_driver_is_one_line(error: OperationFailure | ServerSelectionTimeoutError, line: str) -> None:
    assert complaint(error) == line
