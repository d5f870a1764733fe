"""The kernel's audit messages about one AppArmor profile, and that profile's complain mode. Part of node programs."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import time
from typing import Any, NamedTuple

from hardening.node.command import ENVIRONMENT, output
from hardening.node.fact import NotReadable
from hardening.node.kernel import apparmor_profiles

LOG = "/var/log/audit/audit.log"
PROFILES = "/etc/apparmor.d"
_MESSAGE = "AVC"
"""The kind of message that AppArmor's are."""
_SECONDS = 60
_LOADING_SECONDS = 300
_SETTLE_SECONDS = 0.1


class Mark(NamedTuple):
    """Where auditd's log ended at a moment: its inode and size, and the messages that were lost until then."""

    file: int
    offset: int
    lost: int


def mark() -> Mark:
    """Where auditd's log ends now.

    Raises:
        NotReadable: auditd does not run, hears nothing of AppArmor, or its log cannot be read.
    """
    before = lost()
    for rule in output("auditctl", "-l").decode("utf-8", "replace").splitlines():
        kinds = re.findall(r"-F msgtype=(\S+)", rule)
        if ",exclude" in rule and (not kinds or _MESSAGE in kinds):
            raise NotReadable(f"by the audit rule `{rule}` auditd hears nothing of AppArmor: take it out (auditctl -d)")
    try:
        status = os.stat(LOG)
    except OSError as error:
        raise NotReadable(f"{LOG}: {error.strerror}; AppArmor's messages are read from auditd's log") from None
    return Mark(status.st_ino, status.st_size, before)


class AuditTrail:
    """What auditd's log says about a profile from now on, or from a mark on; `finish` reads it, by the log's own words.

    Raises:
        NotReadable: auditd does not run, or its log cannot be read.
    """

    def __init__(self, profile: str, since: Mark | None = None) -> None:
        self._profile = profile
        self._file, self._offset, self._lost = since or mark()

    def finish(self) -> dict[str, Any]:
        """{"lines": those about the profile, "lost": messages that the kernel could not hand to auditd, "version"}."""
        self._wait_for_auditd()
        marks = (f'profile="{self._profile}"', f'profile="{self._profile}//')
        lines = [line for line in self._added().splitlines() if any(mark in line for mark in marks)]
        return {"lines": lines, "lost": lost() - self._lost, "version": _version()}

    def _wait_for_auditd(self) -> None:
        """Auditd writes in order: once it has written a line of ours, it has written all before it."""
        ours = f"harden {secrets.token_hex(8)}"
        output("auditctl", "-m", ours)
        end = time.monotonic() + _SECONDS
        while ours not in self._added():
            if time.monotonic() > end:
                raise NotReadable(f"auditd did not write to {LOG} within {_SECONDS} s")
            time.sleep(_SETTLE_SECONDS)

    def _added(self) -> str:
        """What was written since the start, also when the log was rotated meanwhile."""
        parts: list[bytes] = []
        for number in range(100):
            path = f"{LOG}.{number}" if number else LOG
            if not os.path.exists(path):
                break
            with open(path, "rb") as file:
                if os.fstat(file.fileno()).st_ino == self._file:
                    file.seek(self._offset)
                    return b"".join([file.read(), *parts[::-1]]).decode("utf-8", "replace")
                parts.append(file.read())
        raise NotReadable(f"{LOG} was rotated away during the recording: raise num_logs in auditd.conf")


class Complaining:
    """An AppArmor profile in complain mode, until `end` is called or this program ends in any way.

    A child waits for that: its input is a pipe that closes with this program, and it then loads the profile as it
    stands in its file, which enforces it.
    """

    def __init__(self, profile: str) -> None:
        path = f"{PROFILES}/{profile}"
        _require(profile, "enforce")
        self._profile = profile
        restore = 'cat >/dev/null; exec apparmor_parser --replace --skip-cache "$1"'
        self._guard = subprocess.Popen(
            ["setsid", "sh", "-c", restore, "sh", path],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=ENVIRONMENT,
        )
        try:
            output("apparmor_parser", "--replace", "--skip-cache", "--Complain", path, seconds=_LOADING_SECONDS)
            _require(profile, "complain")
        except BaseException:
            self.end()
            raise

    def end(self) -> None:
        """Enforce the profile again."""
        if self._guard.stdin and not self._guard.stdin.closed:
            self._guard.stdin.close()
        said = self._guard.stderr.read().decode("utf-8", "replace") if self._guard.stderr else ""
        self._guard.wait(_LOADING_SECONDS)
        if apparmor_profiles().get(self._profile) != "enforce":
            raise NotReadable(
                f"{self._profile} could not be enforced again, load it now: apparmor_parser -r "
                f"{PROFILES}/{self._profile} ({said.strip()[:200]})"
            )


def _require(profile: str, mode: str) -> None:
    found = apparmor_profiles().get(profile, "not loaded")
    if found != mode:
        raise NotReadable(f"the AppArmor profile {profile} is in mode `{found}` here, not `{mode}`")


def lost() -> int:
    """Messages that the kernel's audit could not keep since the machine started."""
    status = output("auditctl", "-s").decode("utf-8", "replace")
    fields = dict(re.findall(r"^(\w+) (\d+)$", status, re.MULTILINE))
    if not {"lost", "enabled", "pid"} <= fields.keys():
        raise NotReadable(f"auditctl told nothing known: {status[:80]}")
    if fields["enabled"] == "0" or fields["pid"] == "0":
        raise NotReadable("auditd does not run: AppArmor's messages are read from its log")
    return int(fields["lost"])


def _version() -> str:
    try:
        return str((re.findall(r"\d[\w.]*", output("auditctl", "-v").decode()) or [""])[0])
    except NotReadable:
        return ""
