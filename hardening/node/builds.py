"""How an image was built, by its history. Part of node programs.

The texts of build steps stay here: they hold what was passed to them, passwords among it. What leaves is numbers of
steps, and words from the lists of this module.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False  # as in the runtime
if TYPE_CHECKING:
    from typing import Any

_ADD = re.compile(r"^(?:/bin/sh -c )?(?:#\(nop\)\s+)?ADD\s")
_GIVEN = re.compile(r"^(?:RUN )?\|(\d+) (.*)", re.DOTALL)
_NAME = re.compile(r"(?:^|\s)([A-Za-z_]\w*)=")
_REFRESHES = re.compile(
    r"\b(?:(?:apt|apt-get|apk)\s+(?:-\S+\s+)*update|zypper\s+(?:-\S+\s+)*(?:refresh|ref)"
    r"|(?:dnf|microdnf|yum)\s+(?:-\S+\s+)*(?:makecache|check-update)|pacman\s+-Sy)(?![\w-])"
)
_INSTALLS = re.compile(
    r"\b(?:(?:apt|apt-get|aptitude|dnf|microdnf|yum|zypper)\b[^;|&]*\b(?:install|upgrade|dist-upgrade|full-upgrade)"
    r"|apk\b[^;|&]*\b(?:add|upgrade)|pacman\s+-S)\b"
)
UNVERIFIED = {
    "--allow-unauthenticated": r"--allow-unauthenticated\b",
    "--allow-insecure-repositories": r"--allow-insecure-repositories\b|AllowInsecureRepositories[= ]\"?(?:true|1)",
    "[trusted=yes]": r"\[[^\]]*trusted=yes[^\]]*\]",
    "--force-yes": r"--force-yes\b",
    "--allow-untrusted": r"\bapk\b.*--allow-untrusted\b",
    "--nogpgcheck": r"--no-?gpg-?checks?\b|gpgcheck=0",
    "--trusted-host": r"\bpip3?\b.*--trusted-host\b",
    "strict-ssl=false": r"strict-ssl[= ]false",
    "curl --insecure": r"\bcurl\b[^;|&]*\s(?:--insecure|-[A-Za-jl-z]*k[A-Za-z]*)(?=\s)",
    "wget --no-check-certificate": r"--no-check-certificate\b",
}
"""Options by which a build takes what nobody vouches for, as they are told, and how they are found."""
_SHOWN = 40


def build_of(history: list[dict[str, Any]]) -> dict[str, Any]:
    """ImageBuild of `GET /images/{id}/history`, which begins with the newest step."""
    steps = [text for text in (str(layer.get("CreatedBy") or "") for layer in reversed(history)) if text]
    lone = [n for n, text in enumerate(steps, 1) if _REFRESHES.search(text) and not _INSTALLS.search(text)]
    named = {name for text in steps for name in _arguments(text)}
    seen = [option for option, pattern in UNVERIFIED.items() if any(re.search(pattern, text) for text in steps)]
    return {
        "steps": len(steps),
        "adds": [number for number, text in enumerate(steps, 1) if number > 1 and _ADD.search(text)][:_SHOWN],
        "lone_updates": lone[:_SHOWN],
        "unverified": seen,
        "arguments": sorted(named)[:_SHOWN],
    }


def _arguments(text: str) -> list[str]:
    """Names of the arguments before a step's command: `|2 VERSION=1 TOKEN=x /bin/sh -c …`."""
    given = _GIVEN.match(text)
    if not given:
        return []
    before = given.group(2).partition(" /bin/")[0]
    return _NAME.findall(before)[: int(given.group(1))]
