"""What harden-dns remembers: one JSON file, replaced whole. Part of it; see `dyndns.py`.

    {"version": 1, "salt": HEX, "outage": {} or {"server", "until", "why"}, "hosts": {NAME: RECORD}}

A record is {"server", "address", "at"} of what was accepted, or {"server", "refused", "said", "by", "at"} of a refusal:
`by` is the `mark_of` whoever was refused. Times are seconds since the epoch.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import tempfile
import time
from collections.abc import Iterator
from typing import Any

from hardening.node.dyndns_settings import Credentials, DnsError, Settings

State = dict[str, Any]

VERSION = 1
OUTAGE_SECONDS = 1800
"""Pause after `911`, by the protocol; kept after a server's fault and after a lost answer, too."""
LOCK_SECONDS = 90.0
"""More than a round takes: a request for the address, and one to the provider."""


def read_state(path: str) -> State:
    """What is remembered; nothing when there is no file.

    Raises:
        DnsError: it cannot be read or is no state. Nothing may be sent then: a refusal might be forgotten.
    """
    try:
        with open(path, "rb") as file:
            state = json.load(file)
    except FileNotFoundError:
        return {"version": VERSION, "salt": os.urandom(16).hex(), "outage": {}, "hosts": {}}
    except OSError as error:
        raise DnsError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError:
        raise DnsError(f"{path}: is damaged, and what was refused is not known; see the provider, then reset") from None
    if not _is_state(state):
        raise DnsError(f"{path}: is no state of harden-dns, version {VERSION}; see the provider, then reset")
    return dict(state)


def _is_state(state: Any) -> bool:  # noqa: ANN401 - JSON
    try:
        bytes.fromhex(state["salt"])
        fits = state["version"] == VERSION and all(
            isinstance(record["server"], str) and isinstance(record["at"], (int, float))
            and ({"refused", "said", "by"} <= record.keys() or "address" in record)
            for record in state["hosts"].values()
        )  # fmt: skip
        outage = state["outage"]
        return fits and (outage == {} or bool(float(outage["until"]) and outage["server"] and outage["why"]))
    except (AttributeError, KeyError, TypeError, ValueError):
        return False


def write_state(path: str, state: State) -> None:
    """Replace the file whole, mode 0600, on the disk before this returns.

    Raises:
        DnsError: it cannot be written; then nothing may be sent either.
    """
    folder = os.path.dirname(os.path.abspath(path))
    try:
        handle, fresh = tempfile.mkstemp(prefix=".harden-", dir=folder)
        try:
            with open(handle, "w", encoding="ascii") as file:
                json.dump(state, file, indent=1, sort_keys=True)
                _belongs_like(folder, handle)
                file.flush()
                os.fsync(file.fileno())
            os.replace(fresh, path)
        except BaseException:
            os.unlink(fresh)
            raise
        parent = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(parent)
        finally:
            os.close(parent)
    except OSError as error:
        raise DnsError(f"{path}: cannot be written: {error.strerror}") from None


def _belongs_like(folder: str, handle: int) -> None:
    """Leave a file to its folder's owner: what root resets, the service must still be able to read."""
    if os.geteuid() == 0:
        above = os.stat(folder)
        os.fchown(handle, above.st_uid, above.st_gid)


@contextlib.contextmanager
def locked(path: str) -> Iterator[None]:
    """Hold a state alone: a reset and a round do not write over each other."""
    folder = os.path.dirname(os.path.abspath(path))
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        handle = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        _belongs_like(folder, handle)
    except OSError as error:
        raise DnsError(f"{path}: cannot be written: {error.strerror}") from None
    try:
        deadline = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise DnsError(f"{path}: another harden-dns holds it") from None
                time.sleep(0.05)
        yield
    finally:
        os.close(handle)


def reset(path: str, hosts: tuple[str, ...] = ()) -> list[str]:
    """Forget refusals, of all host names or of some, and the pause; what was accepted stays known.

    A state that cannot be understood is put aside. Returns the names that may be sent again.
    """
    with locked(path):
        try:
            state = read_state(path)
        except DnsError:
            if not os.path.isfile(path):
                raise
            os.replace(path, f"{path}.damaged")
            return []
        freed = [host for host in hosts or state["hosts"] if "refused" in state["hosts"].get(host, {})]
        for host in freed:
            del state["hosts"][host]
        state["outage"] = {}
        write_state(path, state)
    return sorted(freed)


def mark_of(settings: Settings, credentials: Credentials, salt: str) -> str:
    """Changes with the account and with who asks it where: then a refusal no longer holds."""
    login = f"{credentials.username}\0{credentials.password}".encode()
    slow = hashlib.scrypt(login, salt=bytes.fromhex(salt), n=1 << 14, r=8, p=1)
    contact = settings.agent.rpartition(" ")[2]  # without this program's version: an update of it is no person's act
    return hashlib.sha256(f"{settings.server}\0{contact}\0".encode() + slow).hexdigest()


def pause_left(state: State, settings: Settings, now: float) -> float:
    """Seconds until the provider may be asked again; a clock that was set back does not lengthen it."""
    outage = state.get("outage") or {}
    if outage.get("server") != settings.server:
        return 0.0
    return max(0.0, min(float(outage["until"]) - now, OUTAGE_SECONDS))
