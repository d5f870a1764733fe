from __future__ import annotations

import pytest

from hardening.model.recording import FileUse, SignalUse, SocketUse
from hardening.record.answer import Audit
from hardening.record.audit_log import letters, messages
from tests.unit.record.test_recordings import of

HEAD = "type=AVC msg=audit(1795500000.123:{serial}): "
WEB = 'profile="harden-web" pid=4711 comm="web"'
LINES = {
    "file": (
        f'apparmor="ALLOWED" operation="mknod" class="file" {WEB} name="/tmp/pid" requested_mask="wc" denied_mask="wc"',
        ("mknod", "/tmp/pid w"),
    ),
    "a path in hexadecimal digits": (
        f'apparmor="DENIED" operation="open" class="file" {WEB} name=2F746D702F6120622F63 requested_mask="rw"',
        ("open", "/tmp/a b/c rw"),
    ),
    "capability": (
        f'apparmor="ALLOWED" operation="capable" class="cap" {WEB} capability=10  capname="net_bind_service"',
        ("capable", "capability net_bind_service"),
    ),
    "socket": (
        (
            f'apparmor="ALLOWED" operation="create" class="net" {WEB} family="inet6" sock_type="dgram" protocol=0 '
            'requested_mask="create" denied_mask="create"'
        ),
        ("create", "network inet6 dgram"),
    ),
    "signal": (
        (
            f'apparmor="ALLOWED" operation="signal" class="signal" {WEB} requested_mask="receive" '
            'denied_mask="receive" signal=term peer="unconfined"'
        ),
        ("signal", "signal receive term peer=unconfined"),
    ),
    "program": (
        (
            f'apparmor="ALLOWED" operation="exec" class="file" {WEB} name="/bin/sh" requested_mask="x" denied_mask="x" '
            'fsuid=0 ouid=0 target="harden-web//null-/bin/sh"'
        ),
        ("exec", "/bin/sh x"),
    ),
}


@pytest.mark.parametrize("name", LINES)
def test_a_decision_is_read(name: str) -> None:
    line, expected = LINES[name]
    (found,) = messages([HEAD.format(serial=9) + line])
    assert (found.operation, found.subject) == expected
    assert (found.serial, found.pid, found.command, found.profile) == (9, 4711, "web", "harden-web")


@pytest.mark.parametrize(
    "line",
    [
        "",
        'type=AVC msg=audit(1.2:3): apparmor="STATUS" operation="profile_load" name="web"',
        "type=SYSCALL msg=audit(1.2:3): arch=c000003e syscall=257 success=yes",
        'apparmor="ALLOWED" operation="open" profile="harden-web"',
        "type=AVC msg=audit(1.2:",
    ],
)
def test_other_lines_are_left_out(line: str) -> None:
    assert messages([line]) == ()


@pytest.mark.parametrize(
    ("mask", "expected"), [("r", "r"), ("wc", "w"), ("wd", "w"), ("c", "w"), ("rwk", "rwk"), ("xrm", "mrx")]
)
def test_masks_become_letters_of_the_language(mask: str, expected: str) -> None:
    assert letters(mask) == expected


def test_what_was_allowed_is_recorded_and_what_was_denied_is_not() -> None:
    lines = tuple(HEAD.format(serial=index) + line for index, (line, _) in enumerate(LINES.values()))
    found = of(audit=Audit(lines, 0, "4.0.2"))
    assert found.files == (FileUse("/bin/sh", "x", 1), FileUse("/tmp/pid", "w", 1))
    assert found.capabilities == ("net_bind_service",)
    assert found.sockets == (SocketUse("inet6", "dgram", 1),)
    assert found.signals == (SignalUse("term", "receive", "unconfined", 1),)
    assert found.origin.recorder == "bpftrace 0.23, auditd 4.0.2"
    assert found.is_whole
