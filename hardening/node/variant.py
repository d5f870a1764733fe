"""Puts another seccomp filter in the place of a role's, until its standard input ends. Runs as root on a node.

The request, one line of JSON:

    {"role": NAME, "content": TEXT, "profile": NAME, "apparmor": TEXT, "policy": PATH,
     "service": NAME or "", "label": NAME or ""}

`policy` is the file by which the node's runtime confines; by it and the label the service or container must run under
the role. Where the kernel has the AppArmor profile `profile`, it must be the one of the text `apparmor`, and enforced.
The answer: {"error": TEXT}, empty when the filter is in place. Tasks that start meanwhile get it. A child puts the
role's own filter back, whatever ends this program; after a power cut the next call does, and `harden deploy` would.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from hardening.node.audit_trail import PROFILES
from hardening.node.connection import until_it_ends
from hardening.node.fact import NotReadable, read_text, reason
from hardening.node.kernel import loaded_profiles
from hardening.node.recorder_script import PRIVATE_ERRNO

_ASIDE = ".aside"
_PRIVATE = re.compile(rf'rrnoRet":\s*{PRIVATE_ERRNO}\b')
"""What a verifying filter has, and no other."""
_SECONDS = 30


def main() -> None:
    """Swap, answer, wait for the end, swap back."""
    request = json.loads(sys.stdin.buffer.readline())
    try:
        path = filter_of(request["role"], request["policy"], request["service"], request["label"])
        demand_enforced(request["profile"], request["apparmor"])
        guard = swap(path, request["content"])
    except (NotReadable, OSError, ValueError) as error:
        print(json.dumps({"error": reason(error)}), flush=True)
        return
    print(json.dumps({"error": ""}), flush=True)
    until_it_ends()
    if guard.stdin:
        guard.stdin.close()
    guard.wait(_SECONDS)


def filter_of(role: str, policy: str, service: str, label: str) -> Path:
    """The file of a role's filter, by the node's policy.

    Raises:
        NotReadable: the node does not confine by that role what has this name or label.
    """
    try:
        known = json.loads(read_text(policy))
    except FileNotFoundError:
        raise NotReadable(f"{policy} is missing: profiles are not enforced on this node; run harden deploy") from None
    if "seccomp" not in known["profiles"].get(role, {}):
        raise NotReadable(f"{policy}: has no seccomp filter for {role}; run harden deploy")
    meant = known["services"].get(service) or label  # as the runtime decides
    if meant != role:
        raise NotReadable(
            f"{service or 'the container'} runs under {f'the profile {meant}' if meant else 'no profile'} here, "
            f"which would prove nothing about {role}"
        )
    return Path(known["profiles"][role]["seccomp"])


def demand_enforced(name: str, text: str) -> None:
    """Refuse a node whose kernel has an AppArmor profile loaded that refuses nothing, or another than this text."""
    mode = loaded_profiles().get(name)
    if mode is None:
        return
    if mode != "enforce":
        raise NotReadable(f"the AppArmor profile {name} is in mode `{mode}` here, not `enforce`; run harden deploy")
    if read_text(f"{PROFILES}/{name}") != text:
        raise NotReadable(f"the AppArmor profile {name} is another one here than the one to verify; run harden deploy")


def swap(path: Path, content: str) -> subprocess.Popen[bytes]:
    """Set the present filter aside and put another in its place; the child that undoes it when its input closes."""
    aside = path.with_name(path.name + _ASIDE)
    if aside.exists():  # an earlier call was cut off together with its child
        if _PRIVATE.search(path.read_text(encoding="utf-8")):
            aside.replace(path)
        else:
            aside.unlink()  # a deploy has put a filter in place since
    fresh = path.with_name(f".{path.name}.new")
    try:
        fresh.write_text(content, encoding="utf-8")
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
    fresh.chmod(path.stat().st_mode & 0o777)
    os.link(path, aside)
    guard = subprocess.Popen(
        ["setsid", "sh", "-c", 'cat >/dev/null; exec mv -f "$1" "$2"', "sh", str(aside), str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    fresh.replace(path)
    return guard


if __name__ == "__main__":
    main()
