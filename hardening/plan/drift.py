"""Which services are not as they are asked for, and in what: another definition, or changed since by somebody else.

A service carries the hash of the definition that it was deployed from, and keeps it when `docker service update`
changes what it runs. So both are held against each other, in what decides over the service's power, reach and place.
A value that cannot be compared is left out: written in a way that only the engine's client understands, such as a range
of ports or a variable, or with something in it that a node took for a secret and did not tell.
"""

import re
import shlex
from collections.abc import Iterable, Mapping

import msgspec

from hardening.model.compose import (
    ComposeDeploy,
    ComposeFile,
    ComposePort,
    ComposeSecret,
    ComposeSecretUse,
    ComposeService,
    Settings,
    Words,
)
from hardening.model.engine import Network
from hardening.model.facts import REDACTED
from hardening.model.stack import PROFILE_HASH_LABEL, PROFILE_LABEL, SPEC_LABEL, STACK_LABEL, Stack
from hardening.model.swarm import (
    ContainerSpec,
    FileTarget,
    Limits,
    PublishedPort,
    Service,
    ServiceMount,
    TaskTemplate,
)
from hardening.stack import spec_hashes

Aspects = dict[str, str]
"""What it is about -> its value, in words for a person."""
Entries = Mapping[str, dict[str, object] | None]
"""A top-level section of a Compose file."""

_NONE = "none"
_ALL = "ALL"
_VARIABLE = "$"
"""What the client puts something else in place of."""
_UNSPOKEN = frozenset({"command"})
"""What may have a secret in it, and is told without its values."""
_PORT = re.compile(r"(?:(?P<published>\d+):)?(?P<target>\d+)(?:/(?P<protocol>tcp|udp|sctp))?")
_SIZE = re.compile(r"(?P<number>\d+(?:\.\d+)?) ?(?P<unit>[kmgtp]?)i?b?", re.IGNORECASE)
_UNITS = " kmgtp"
_LIMITS = ("CPU limit", "memory limit", "process limit")


def changed(
    stack: Stack, document: Mapping[str, object], services: Iterable[Service], networks: Iterable[Network]
) -> dict[str, tuple[str, ...]]:
    """The swarm's name of each service that runs and is not as asked -> in what; empty where its definition is another.

    Args:
        stack: as it is asked for.
        document: the Compose document that is deployed, see `hardening.stack.compose`.
        services: of the swarm.
        networks: of the swarm; services know theirs by id.
    """
    file = msgspec.convert(document, ComposeFile)
    names = {each.id: each.name for each in networks}
    hashes = spec_hashes(document, stack)
    found: dict[str, tuple[str, ...]] = {}
    for service in services:
        name, labels = service.spec.name, service.spec.labels or {}
        if labels.get(STACK_LABEL) != stack.name or name not in hashes:
            continue
        if labels.get(SPEC_LABEL) != hashes[name]:
            found[name] = ()
            continue
        has = _running(service, names)
        wanted = _asked(file, file.services[name.removeprefix(f"{stack.name}_")], stack.name)
        if lines := tuple(_line(what, has[what], value) for what, value in wanted.items() if _differ(has[what], value)):
            found[name] = lines
    return found


def _differ(has: str, asked: str) -> bool:
    return has != asked and _VARIABLE not in asked and REDACTED not in has


def _line(what: str, has: str, asked: str) -> str:
    return f"another {what}" if what in _UNSPOKEN else f"{what} {has}, asked {asked}"


def _asked(file: ComposeFile, service: ComposeService, stack: str) -> Aspects:
    deploy = service.deploy
    aspects = {
        "image": service.image,
        "user": service.user or _NONE,
        "root": _root(service.read_only),
        "init": _yes(service.init),
        "capabilities": _capabilities(service.cap_add, service.cap_drop),
        "profile": _profile(_pairs(service.labels)),
        "secrets": _listed(_file(_entries(file.secrets), each, stack) for each in service.secrets),
        "configs": _listed(_file(file.configs, each, stack) for each in service.configs),
        "kernel parameters": _listed(f"{name}={value}" for name, value in _pairs(service.sysctls).items()),
        "networks": _listed(_named(file.networks, each, stack) for each in service.networks or ("default",)),
        **_command(service),
        "placement": _listed(map(str, _sequence(deploy.placement.get("constraints")))),
    }
    if not service.env_file:
        aspects["environment"] = _listed(_pairs(service.environment))
    mounts = [_mount(file, each, stack) for each in service.volumes]
    aspects |= _whole("mounts", mounts) | _whole("ports", [_port(each) for each in service.ports])
    return aspects | _tasks(deploy) | _limits(deploy.resources)


def _running(service: Service, networks: Mapping[str, str]) -> Aspects:
    spec, template, mode = service.spec, service.spec.task_template, service.spec.mode
    container = template.container_spec or ContainerSpec()
    targets = [str(each.get("Target")) for each in template.networks or ()]
    ports = spec.endpoint_spec.ports if spec.endpoint_spec else None
    limits = (template.resources and template.resources.limits) or Limits()
    return {
        "image": container.image,
        "user": container.user or _NONE,
        "root": _root(container.read_only),
        "init": _yes(bool(container.init)),
        "capabilities": _capabilities(container.capability_add or (), container.capability_drop or ()),
        "profile": _profile(container.labels or {}),
        "command": _words(container.command or (), container.args or ()),
        "secrets": _listed(_file_text(each.secret_name, each.file) for each in container.secrets or () if each.file),
        "configs": _listed(_file_text(each.config_name, each.file) for each in container.configs or () if each.file),
        "kernel parameters": _listed(f"{name}={value}" for name, value in (container.sysctls or {}).items()),
        "networks": _listed(networks.get(each, each) for each in targets),
        "placement": _listed(_constraints(template)),
        "environment": _listed(each.partition("=")[0] for each in container.env or ()),
        "mounts": _listed(_mount_text(each) for each in container.mounts or ()),
        "ports": _listed(_port_text(each) for each in ports or ()),
        "tasks": "one on each node" if mode.replicated is None else str(mode.replicated.replicas),
        **dict(zip(_LIMITS, _limit_texts(limits.nano_cpus, limits.memory_bytes, limits.pids), strict=True)),
    }


# --- one aspect each, in the words of both sides --------------------------------------------------------------------


def _root(read_only: bool) -> str:
    return "read-only" if read_only else "writable"


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _listed(values: Iterable[str]) -> str:
    return ", ".join(sorted(values)) or _NONE


def _whole(what: str, values: list[str | None]) -> Aspects:
    """Nothing where one of the values is written in a way that is not read here."""
    return {} if None in values else {what: _listed(each for each in values if each is not None)}


def _capabilities(added: Iterable[str], dropped: Iterable[str]) -> str:
    """As the engine's client puts them: with their prefix, none in both lists, `ALL` alone."""
    adds, drops = ({_capability(each) for each in names} for names in (added, dropped))
    adds, drops = ({_ALL} if _ALL in names else names for names in (adds, drops))
    drops -= adds
    return _listed([*(f"-{each}" for each in drops), *(f"+{each}" for each in adds)])


def _capability(name: str) -> str:
    name = name.upper()
    return name if name == _ALL or name.startswith("CAP_") else f"CAP_{name}"


def _profile(labels: Mapping[str, str]) -> str:
    """The role, and the version of its profile."""
    return " ".join(labels[name] for name in (PROFILE_LABEL, PROFILE_HASH_LABEL) if name in labels) or _NONE


def _command(service: ComposeService) -> Aspects:
    try:
        return {"command": _words(_split(service.entrypoint), _split(service.command))}
    except ValueError:
        return {}  # an open quote


def _split(written: Words) -> tuple[str, ...]:
    return tuple(shlex.split(written)) if isinstance(written, str) else written


def _words(entrypoint: tuple[str, ...], command: tuple[str, ...]) -> str:
    return f"{shlex.join(entrypoint)}; {shlex.join(command)}"


def _file(entries: Entries, use: str | ComposeSecretUse, stack: str) -> str:
    """A secret or config as a service uses it."""
    if isinstance(use, str):
        use = ComposeSecretUse(use)
    target = FileTarget(use.target or use.source, use.uid, use.gid, use.mode)
    return _file_text(_named(entries, use.source, stack), target)


def _file_text(name: str, target: FileTarget) -> str:
    return f"{name} as {target.name} {target.uid}:{target.gid} {target.mode:04o}"


def _mount(file: ComposeFile, written: str | dict[str, object], stack: str) -> str | None:
    if isinstance(written, str):
        source, _, rest = written.partition(":") if ":" in written else ("", "", written)
        target, _, options = rest.partition(":")
        kind, read_only = "bind" if source.startswith(("/", ".", "~")) else "volume", "ro" in options.split(",")
    else:
        kind, source, target = (str(written.get(name) or "") for name in ("type", "source", "target"))
        read_only = bool(written.get("read_only"))
    if kind == "bind" and not source.startswith("/"):
        return None  # relative to a folder that only the client knows
    if kind == "volume" and source:
        source = _named(file.volumes, source, stack)
    return _mount_text(ServiceMount(kind, source, target, read_only))


def _mount_text(mount: ServiceMount) -> str:
    return f"{mount.type} {mount.source} at {mount.target}{' read-only' if mount.read_only else ''}".replace("  ", " ")


def _port(written: str | int | ComposePort) -> str | None:
    if isinstance(written, ComposePort):
        if not str(written.published).isdecimal():
            return None
        return _port_text(PublishedPort(written.target, written.protocol, int(written.published), written.mode))
    if not (parts := _PORT.fullmatch(str(written))):
        return None
    return _port_text(PublishedPort(int(parts["target"]), parts["protocol"] or "tcp", int(parts["published"] or 0)))


def _port_text(port: PublishedPort) -> str:
    return f"{port.published_port or 'any'}:{port.target_port}/{port.protocol} {port.publish_mode}"


def _constraints(template: TaskTemplate) -> Iterable[str]:
    return (template.placement and template.placement.constraints) or ()


def _tasks(deploy: ComposeDeploy) -> Aspects:
    if deploy.mode == "global":
        return {"tasks": "one on each node"}
    return {"tasks": str(1 if deploy.replicas is None else deploy.replicas)} if deploy.mode == "replicated" else {}


def _limits(resources: Mapping[str, object]) -> Aspects:
    written = resources.get("limits")
    limits = written if isinstance(written, dict) else {}
    try:
        cpus = round(float(limits.get("cpus") or 0) * 10**9)
        values = _limit_texts(cpus, _bytes(str(limits.get("memory") or 0)), int(limits.get("pids") or 0))
    except (TypeError, ValueError):
        return {}
    return dict(zip(_LIMITS, values, strict=True))


def _limit_texts(nano_cpus: int, memory: int, pids: int) -> tuple[str, str, str]:
    return (
        f"{nano_cpus / 10**9:g}" if nano_cpus else _NONE,
        f"{memory / 2**20:g} MiB" if memory else _NONE,
        str(pids) if pids else _NONE,
    )


def _bytes(text: str) -> int:
    """As the engine's client reads sizes: `256M` is MiB. Raises ValueError for what is none."""
    if not (parts := _SIZE.fullmatch(text)):
        raise ValueError(text)
    return int(float(parts["number"]) * 1024 ** _UNITS.index(parts["unit"].lower() or " "))


# --- names and values in a Compose file -----------------------------------------------------------------------------


def _entries(secrets: Mapping[str, ComposeSecret]) -> Entries:
    return {key: {"name": each.name, "external": each.external} for key, each in secrets.items()}


def _named(entries: Entries, key: str, stack: str) -> str:
    """What a network, volume, secret or config of the file is called in the swarm."""
    entry = entries.get(key) or {}
    external = entry.get("external")
    if name := entry.get("name") or (external.get("name") if isinstance(external, dict) else None):
        return str(name)
    return key if external else f"{stack}_{key}"


def _pairs(settings: Settings) -> dict[str, str]:
    """Names and values, whichever of the two forms they were written in."""
    if isinstance(settings, dict):
        return {name: str(value) for name, value in settings.items()}
    return dict(each.partition("=")[::2] for each in settings)


def _sequence(value: object) -> list[object]:
    return value if isinstance(value, list) else []
