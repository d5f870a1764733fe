"""Reads every fact of a node in one go. Runs as root; changes nothing; answers with one NodeFacts in JSON.

The request, one line of JSON:

    {"node": NAME, "engine_socket": PATH, "files": [PATH], "shapes": {…}, "looks": [LOOK]}

`shapes` says which fields of the engine's documents may leave the node (see `engine_facts.prune`). A look is what is
looked at inside every container that runs a program of some name, see `looks`. No secret leaves the node: no
environment value, join token, secret or config content, no password in an argument, a label or a setting (see
`redaction`).
"""

from __future__ import annotations

import json
import os
import re
import sys
import time

from hardening.node.audit_rules import audit_rules
from hardening.node.engine_facts import engine_facts, swarm_facts
from hardening.node.engine_socket import EngineSocket
from hardening.node.fact import Fact, NotReadable, fact, read_text, reason, unavailable
from hardening.node.inodes import disks, files, group_members, text_or
from hardening.node.inside import certificates_of
from hardening.node.kernel import (
    apparmor_in_force,
    apparmor_profiles,
    routes,
    security_modules,
    sysctls,
    transparent_hugepages,
)
from hardening.node.process import command_line, programs, started
from hardening.node.redaction import document, redacted
from hardening.node.sockets import SocketOwners, listeners, listens_on

TYPE_CHECKING = False  # as in the runtime
if TYPE_CHECKING:
    from typing import Any

ENGINE_SOCKET = "/run/docker.sock"
DAEMON_CONFIG = "/etc/docker/daemon.json"
POLICY = "/etc/harden/policy.json"
GROUPS = ("docker",)
PROGRAMS = (
    "apparmor_parser",
    "auditctl",
    "augenrules",
    "containerd",
    "docker",
    "dockerd",
    "python3",
    "runc",
    "sysctl",
    "systemctl",
)
_SEARCH = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
_DAEMON = "dockerd"
_FILES = ("tlscacert", "tlscert", "tlskey")
"""Settings that name a file."""


def main() -> None:
    """Answer the request."""
    request = json.loads(sys.stdin.buffer.readline())
    # Names of files may hold bytes that are no UTF-8; Python carries them as lone surrogates, which JSON must not.
    answer = json.dumps(node_facts(request), ensure_ascii=False).encode("utf-8", "replace")
    sys.stdout.buffer.write(answer + b"\n")


def node_facts(request: dict[str, Any]) -> dict[str, Any]:
    """NodeFacts of this machine."""
    system = os.uname()
    modules = fact(security_modules)
    engine, swarm, root = _engine(request, _without_apparmor(modules))
    running = programs()
    owners = SocketOwners(list(running))
    daemon = fact(_daemon, running, request.get("engine_socket", ENGINE_SOCKET))
    argv = _of_daemon(daemon, command_line)
    words = argv.get("value", [])
    configured = fact(_settings, config_file(words), bool(request.get("whole_settings")))
    return {
        "hostname": system.nodename,
        "kernel": system.release,
        "os_name": _os_name(),
        "architecture": system.machine,
        "cpus": os.cpu_count() or 1,
        "memory": _memory(),
        "time": time.time(),
        "python": ".".join(str(part) for part in sys.version_info[:3]),
        "lsm": modules,
        "apparmor_profiles": fact(apparmor_profiles),
        "apparmor_in_force": fact(apparmor_in_force),
        "sysctls": fact(sysctls),
        "transparent_hugepages": fact(transparent_hugepages),
        "audit_rules": fact(audit_rules),
        "files": files([*request.get("files", []), config_file(words), *named(words, configured.get("value", "{}"))]),
        "disks": disks(["/", "/var/log", root or "/var/lib/docker"]),
        "listeners": fact(listeners, owners),
        "groups": {name: members for name in GROUPS if (members := group_members(name)) is not None},
        "programs": {name: _program(name) for name in PROGRAMS},
        "daemon_config": configured,
        "daemon_argv": redacted(argv),
        "daemon_started": _of_daemon(daemon, started),
        "policy": fact(text_or, POLICY, ""),
        "engine": engine,
        "swarm": swarm,
        "swarm_certificate": fact(_swarm_certificate, root),
        "routes": fact(routes),
    }


def _without_apparmor(modules: Fact) -> str:
    """Why no process has an AppArmor label; empty where they have."""
    if "value" not in modules:
        return f"whether AppArmor is active is not known: {modules['reason']}"
    return "" if "apparmor" in modules["value"] else "AppArmor is not active on this node"


def _engine(request: dict[str, Any], without_apparmor: str) -> tuple[Fact, Fact, str]:
    """Facts of the engine and of its swarm, and the folder of its data (empty when it did not tell)."""
    try:
        engine = EngineSocket(request.get("engine_socket", ENGINE_SOCKET))
        info = engine.get("/info")
    except Exception as error:  # noqa: BLE001 - as in `fact`: the reason is told, and the other facts are still read
        lost = unavailable(reason(error))
        return lost, lost, ""
    try:
        return (
            fact(engine_facts, engine, info, request, without_apparmor),
            fact(swarm_facts, engine, info, request),
            str(info.get("DockerRootDir") or ""),
        )
    finally:
        engine.close()


def _swarm_certificate(root: str) -> str:
    """The node's own certificate in the swarm; its key lies in another file, which is not opened."""
    try:
        return certificates_of(read_text(f"{root or '/var/lib/docker'}/swarm/certificates/swarm-node.crt"))
    except FileNotFoundError:
        raise NotReadable("the node has no certificate of a swarm") from None


def _daemon(running: dict[int, str], engine_socket: str) -> int:
    """The dockerd that listens on the engine's socket."""
    everyone = [pid for pid, path in running.items() if os.path.basename(path) == _DAEMON]
    if not everyone:
        raise NotReadable("no dockerd runs")
    for pid in everyone:
        if listens_on(pid, engine_socket):
            return pid
    raise NotReadable(f"of {len(everyone)} running dockerd none listens on {engine_socket}")


def _of_daemon(daemon: Fact, read: Any) -> Fact:  # noqa: ANN401 - a function of the process id
    return fact(read, daemon["value"]) if "value" in daemon else daemon


def config_file(argv: list[str]) -> str:
    """Where a dockerd that was started so reads its settings."""
    for word, following in zip(argv, [*argv[1:], ""]):
        if word == "--config-file":
            return str(following)
        if word.startswith("--config-file="):
            return str(word.partition("=")[2])
    return DAEMON_CONFIG


def named(argv: list[str], content: str) -> list[str]:
    """Files that an engine's command line or settings name: its sockets, certificates and keys above all."""
    try:
        config = json.loads(content)
    except ValueError:
        config = {}
    given = [config.get(name) for name in _FILES] + list(config.get("hosts") or []) if isinstance(config, dict) else []
    values = [word.partition("=")[2] or word for word in [*argv, *given] if isinstance(word, str)]
    return [path for path in (re.sub("^(-H)?unix://", "", value) for value in values) if path.startswith("/")]


def _settings(path: str, whole: bool) -> str:
    """The engine's settings without passwords of proxies and tokens of log drivers, unless they are asked for whole.

    Whoever writes the file anew needs it whole. What is no JSON is told only as far as it is broken.
    """
    content = text_or(path, "{}")
    if whole:
        return content
    try:
        return document(content)
    except ValueError as error:
        raise NotReadable(f"daemon.json is not JSON: {error}") from None


def _program(name: str) -> str:
    """Where a program is; empty when it is nowhere."""
    paths = (f"{folder}/{name}" for folder in _SEARCH)
    return next((path for path in paths if os.access(path, os.X_OK) and not os.path.isdir(path)), "")


def _os_name() -> str:
    for line in text_or("/etc/os-release", "").splitlines():
        if line.startswith("PRETTY_NAME="):
            return line.partition("=")[2].strip("\"'")
    return "unknown"


def _memory() -> int:
    """Bytes of memory."""
    for line in read_text("/proc/meminfo").splitlines():
        if line.startswith("MemTotal:"):
            return int(line.split()[1]) * 1024
    raise NotReadable("/proc/meminfo tells no MemTotal")


if __name__ == "__main__":
    main()
