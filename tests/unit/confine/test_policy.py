from __future__ import annotations

from pathlib import Path

import pytest

from hardening import confine
from hardening.errors import HardenError
from hardening.model.policy import Egress

SOUND = """\
description: A web server
abstractions: [libc]
seccomp:
  syscalls: [accept4, listen]
apparmor:
  files:
    - {path: "/srv/{a,b}/**", access: r, why: pages}
  network:
    - {family: inet, type: stream}
  capabilities: [net_bind_service]
"""


def _arguments(values: str) -> tuple[str, str, int]:
    """Where a policy's own values of a call are, as what is written in place of what, and on which line."""
    rule = f"  arguments:\n    - {{call: setsockopt, values: {values}}}\napparmor:"
    return "apparmor:", rule, 6


def _policy(folder: Path, old: str, new: str) -> Path:
    assert SOUND.count(old) == 1
    path = folder / "policy.yml"
    path.write_text(SOUND.replace(old, new))
    return path


def test_a_sound_policy_is_read(tmp_path: Path) -> None:
    policy = confine.load_policy(_policy(tmp_path, "A web server", "A shop"))
    assert policy.description == "A shop"
    assert policy.apparmor.files[0].access == "r"
    assert policy.egress is Egress.NONE, "what a policy does not name is refused"


COMPLAINTS = {
    "unknown key": ("description:", "colour: red\ndescription:", 1, "unknown key `colour`"),
    "unknown egress": ("description:", "egress: some\ndescription:", 1, "`egress`"),
    "unknown abstraction": ("[libc]", "[libc, lib]", 2, "there is no abstraction `lib`"),
    "misspelt call": ("accept4,", "acept4,", 4, "`acept4` is no Linux system call"),
    "call that stands twice": ("accept4,", "listen,", 4, "`listen` stands twice"),
    "dangerous call": ("accept4,", "mount,", 4, "`mount` reaches the machine"),
    "a call with flags behind a pointer": ("[accept4, listen]", "[clone3]", 4, "can make namespaces"),
    "no list": ("[accept4, listen]", "accept4", 4, "`seccomp.syscalls`: expected a list"),
    "relative path": ('"/srv/{a,b}/**"', "srv/**", 7, "no absolute path"),
    "path that ends the rule": ('"/srv/{a,b}/**"', '"/srv rw, /etc/shadow"', 7, "no absolute path"),
    "path with an open brace": ('"/srv/{a,b}/**"', '"/srv/{a"', 7, "no absolute path"),
    "nothing between two": ('"/srv/{a,b}/**"', '"/srv/{a,,b}"', 7, "no absolute path"),
    "everything": ('"/srv/{a,b}/**", access: r', '"/**", access: rw', 7, "covers every file there is"),
    "unknown access": ("access: r,", "access: rx,", 7, "`rx` is no access"),
    "no access": ("access: r,", 'access: "",', 7, "`` is no access"),
    "unconfined exec": ("access: r,", "access: rux,", 7, "`rux` is no access"),
    "write and run": ("access: r,", "access: rwix,", 7, "run what it wrote"),
    "write and map": ("access: r,", "access: mrw,", 7, "run what it wrote"),
    "reason that ends the comment": ("why: pages", r'why: "x\n  /** rwk,"', 7, "`why` is one line"),
    "family of rare kernel code": ("family: inet", "family: alg", 9, "`alg` is no family"),
    "unknown socket type": ("type: stream", "type: tcp", 9, "`tcp` is no socket type"),
    "capability in capitals": ("net_bind_service", "CAP_CHOWN", 10, "no capability as AppArmor writes them"),
    "path with a range from back to front": ('"/srv/{a,b}/**"', '"/srv/[z-a]"', 7, "no absolute path"),
    "path with a variable": ('"/srv/{a,b}/**"', '"/srv/@{PROC}/a"', 7, "no absolute path"),
    "path with an escape": ('"/srv/{a,b}/**"', "/srv/\\x61", 7, "no absolute path"),
    "path that the parser rejects": ('"/srv/{a,b}/**"', '"/srv/{a}"', 7, "no absolute path"),
    "path that steers the machine": (
        '"/srv/{a,b}/**", access: r',
        '"/proc/sys/**", access: w',
        7,
        "steers the machine",
    ),
    "path with an open bracket": ('"/srv/{a,b}/**"', '"/srv/[a"', 7, "no absolute path"),
    "reason that ends the line": ("why: pages", r'why: "x\r  /** rwk,"', 7, "`why` is one line"),
    "reason with a break at its end": ("why: pages", r'why: "x\n"', 7, "`why` is one line"),
    "abstraction that stands twice": ("[libc]", "[libc, libc]", 2, "`libc` stands twice"),
    "network that stands twice": (
        "{family: inet, type: stream}",
        "{family: inet, type: stream}\n    - {family: inet, type: stream}",
        10,
        "`inet stream` stands twice",
    ),
    "capability that stands twice": ("net_bind_service", "chown, chown", 10, "`chown` stands twice"),
    "unknown capability": ("net_bind_service", "net_bind_servic", 10, "`net_bind_servic` is no capability"),
    "argument that is not compared": (*_arguments("{7: 0}"), "argument 7 of `setsockopt` is not compared"),
    "no argument": (*_arguments("{}"), "no value of `setsockopt` is named"),
    "argument that no register holds": (*_arguments("{2: -3}"), "argument 2 of `setsockopt` is not compared to that"),
    "dangerous capability": ("net_bind_service", "sys_admin", 10, "`sys_admin` reaches the machine"),
}


@pytest.mark.parametrize("case", COMPLAINTS)
def test_what_does_not_fit_is_named_with_its_line(tmp_path: Path, case: str) -> None:
    old, new, line, message = COMPLAINTS[case]
    path = _policy(tmp_path, old, new)
    with pytest.raises(HardenError) as complaint:
        confine.load_policy(path)
    assert complaint.value.message.startswith(f"{path}:{line}: ")
    assert message in complaint.value.message
