"""What AppArmor refused under a profile between two questions. Runs as root on a node.

The first request, one line of JSON: {"profile": NAME, "since": null}. The answer, one line of JSON:

    {"since": MARK, "lines": [], "lost": 0, "error": ""}

The second has that MARK for `since`; its answer holds auditd's lines about the profile from there on, and how many
messages the kernel could not hand to auditd meanwhile.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from hardening.node.audit_trail import AuditTrail, Mark, mark
from hardening.node.fact import NotReadable, reason


def main() -> None:
    """Answer one question."""
    request = json.loads(sys.stdin.buffer.readline())
    try:
        print(json.dumps({"error": "", **told(request["profile"], request["since"])}))
    except (NotReadable, OSError) as error:
        print(json.dumps({"since": [], "lines": [], "lost": 0, "error": reason(error)}))


def told(profile: str, since: list[int] | None) -> dict[str, Any]:
    """The answer to either question."""
    if since is None:
        return {"since": mark(), "lines": [], "lost": 0}
    found = AuditTrail(profile, Mark(*since)).finish()
    return {"since": since, "lines": found["lines"], "lost": found["lost"]}


if __name__ == "__main__":
    main()
