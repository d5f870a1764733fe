"""Puts another seccomp filter in the place of a role's, until its standard input ends. Runs as root on a node.

The request, one line of JSON: {"role": NAME, "content": TEXT, "policy": PATH}, the last of them the file by which the
node's runtime confines. The answer: {"error": TEXT}, empty when the filter is in place. Tasks that start meanwhile get
it. A child puts the role's own filter back, whatever ends this program; after a power cut the next call does, and
`harden deploy` would, too.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from hardening.node.fact import NotReadable, read_text, reason

_ASIDE = ".aside"
_SECONDS = 30


def main() -> None:
    """Swap, answer, wait for the end, swap back."""
    request = json.loads(sys.stdin.buffer.readline())
    try:
        guard = swap(filter_of(request["role"], request["policy"]), request["content"])
    except (NotReadable, OSError, ValueError) as error:
        print(json.dumps({"error": reason(error)}), flush=True)
        return
    print(json.dumps({"error": ""}), flush=True)
    sys.stdin.buffer.read()
    if guard.stdin:
        guard.stdin.close()
    guard.wait(_SECONDS)


def filter_of(role: str, policy: str) -> Path:
    """The file of a role's filter, by the node's policy."""
    try:
        profiles = json.loads(read_text(policy))["profiles"]
    except FileNotFoundError:
        raise NotReadable(f"{policy} is missing: profiles are not enforced on this node; run harden deploy") from None
    if "seccomp" not in profiles.get(role, {}):
        raise NotReadable(f"{policy}: has no seccomp filter for {role}; run harden deploy")
    return Path(profiles[role]["seccomp"])


def swap(path: Path, content: str) -> subprocess.Popen[bytes]:
    """Set the present filter aside and put another in its place; the child that undoes it when its input closes."""
    aside = path.with_name(path.name + _ASIDE)
    if aside.exists():
        aside.replace(path)  # an earlier call was cut off together with its child
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(content, encoding="utf-8")
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
