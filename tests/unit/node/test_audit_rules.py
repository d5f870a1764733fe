"""Rules as the kernel hands them out, compared by hand with what `auditctl -l` said of the same ones."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from hardening.node.audit_rules import rule_text
from hardening.node.fact import NotReadable

if TYPE_CHECKING:
    from collections.abc import Sequence

EXIT, USER, EXCLUDE = 4, 0, 5
ALWAYS, NEVER = 2, 0
ALL_CALLS = [0xFFFFFFFF] * 64
UID, AUID, ARCH, TYPE, PATH, PERM, DIR, KEY = 1, 9, 11, 12, 105, 106, 107, 210
NOBODY = 0xFFFFFFFF
EQUAL, NOT_EQUAL = 0x40000000, 0x30000000


def rule(
    place: int, action: int, *fields: tuple[int, int | bytes], calls: Sequence[int] = ALL_CALLS, cut: int = 0
) -> bytes:
    """`struct audit_rule_data` of linux/audit.h."""
    texts = b"".join(value for _, value in fields if isinstance(value, bytes))
    numbers = [len(value) if isinstance(value, bytes) else value for _, value in fields]
    empty = [0] * (64 - len(fields))
    operators = [NOT_EQUAL if value == NOBODY else EQUAL for _, value in fields]
    words = [place, action, len(fields), *calls, *(field for field, _ in fields), *empty, *numbers, *empty]
    whole = struct.pack("=260I", *words, *operators, *empty, len(texts)) + texts
    return whole[: len(whole) - cut]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (rule(EXIT, ALWAYS, (DIR, b"/etc/docker"), (PERM, 10), (KEY, b"harden")), "-w /etc/docker -p wa -k harden"),
        (rule(EXIT, ALWAYS, (PATH, b"/usr/sbin/runc"), (PERM, 15)), "-w /usr/sbin/runc -p rwxa"),
        (
            rule(EXIT, ALWAYS, (DIR, b"/var/lib/docker"), (PERM, 10), (AUID, NOBODY), (KEY, b"y")),
            "-a always,exit -F dir=/var/lib/docker -F perm=wa -F field9!=4294967295 -F key=y",
        ),
        (rule(EXIT, NEVER, (PATH, b"/run/x")), "-a never,exit -F path=/run/x"),
        (rule(USER | 0x10, NEVER, (UID, 33)), "-a never,user -F field1=33"),
        (rule(EXCLUDE, ALWAYS, (TYPE, 1307)), "-a always,exclude -F field12=1307"),
        (
            rule(EXIT, ALWAYS, (ARCH, 0xC000003E), (PATH, b"/a"), calls=[1] + [0] * 63),
            "-a always,exit -F field11=3221225534 -F path=/a",
        ),
        (rule(EXIT, ALWAYS, (PATH, b"/a"), calls=[1] + [0] * 63), "-a always,exit -F path=/a"),
    ],
)
def test_a_rule_is_told_in_the_words_of_auditctl(raw: bytes, text: str) -> None:
    assert rule_text(raw) == text


@pytest.mark.parametrize("cut", [1, 20])
def test_a_rule_that_is_cut_off_is_not_told_in_part(cut: int) -> None:
    with pytest.raises(NotReadable, match=r"cut off|unknown form"):
        rule_text(rule(EXIT, ALWAYS, (PATH, b"/usr/sbin/runc"), cut=cut))
