"""Renders a user's stack file and reads what its `x-harden` keys ask for. Pure but for reading the template."""

import hashlib
import re
import string
from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path

import msgspec
import yaml

from .certificates import is_name
from .documents import Document
from .errors import HardenError
from .model.compose import DROPPED_BY_SWARM, ComposeFile, ComposeSecretUse
from .model.inventory import Inventory
from .model.policy import RoleProfile
from .model.stack import PROFILE_HASH_LABEL, PROFILE_LABEL, SPEC_LABEL, GeneratedSecret, ReplicaSet, Stack, StackService

MOST_VOTES = 7
"""Of one replica set; MongoDB's own limit."""
COMPOSE_VERSION = "3.9"
"""Oldest Compose version with a pids limit; engines before 25.0 insist on being told one."""

_NO_KEY = re.compile(r"'dict object' has no attribute '(?P<name>[^']+)'")


def render(
    name: str, path: Path, inventory: Inventory, images: Mapping[str, str], variables: Mapping[str, object]
) -> Stack:
    """Read a stack file: through Jinja2 when its name ends in `.j2`, as it is otherwise.

    Args:
        name: of the stack in the swarm.
        path: a Compose file.
        inventory: `nodes` in the template.
        images: `images` in the template: role -> reference pinned by digest.
        variables: further names in the template.

    Raises:
        HardenError: with file and line, for anything that does not fit.
    """
    text = _read(path)
    if path.suffix == ".j2":
        text = _expand(path, text, {"nodes": inventory.nodes, "images": dict(images), "stack": name, **variables})
    document = Document(str(path), text)
    _refuse_dropped_keys(document)
    stripped = _without_foreign_extensions(document.content)
    readable = Document(str(path), text)
    readable.content = stripped
    compose = readable.convert(ComposeFile)
    secrets = {key: secret.harden for key, secret in compose.secrets.items() if secret.harden}
    services = {
        key: StackService(
            name=f"{name}_{key}",
            profile=service.harden.profile if service.harden else "",
            image=service.image,
            secrets=_secret_files(service.secrets, secrets),
        )
        for key, service in compose.services.items()
    }
    for set_name, replica_set in compose.harden.replica_sets.items():
        _check_replica_set(document, set_name, replica_set, services, secrets)
    for key in secrets:
        _check_secret(document, key, secrets)
    content = msgspec.json.encode(stripped).decode()
    return Stack(name, str(path), content, services, secrets, compose.harden.replica_sets)


def compose(stack: Stack, secret_names: Mapping[str, str], profiles: Mapping[str, RoleProfile]) -> dict[str, object]:
    """The Compose document to deploy.

    Generated secrets become external ones under their versioned names; every service carries its definition's hash, and
    its containers the hash of their profile, so that a changed profile replaces running tasks.

    Args:
        stack: as `render` read it.
        secret_names: generated secret -> its name in the swarm. One that is missing raises KeyError.
        profiles: of every role the stack names.
    """
    document: dict[str, object] = msgspec.json.decode(stack.document)
    secrets = _mapping(document, "secrets")
    for key in stack.secrets:
        secrets[key] = {"external": True, "name": secret_names[key]}
    for key, service in _mapping(document, "services").items():
        if not isinstance(service, dict):
            continue
        if role := stack.services[key].profile:
            _labels(service).update({PROFILE_LABEL: role, PROFILE_HASH_LABEL: profiles[role].hash})
        labels = _labels(_mapping(service, "deploy"))
        used = [_mapping(document, kind).get(name) for kind in ("secrets", "configs") for name in _used(service, kind)]
        definition = msgspec.json.encode([service, used, document.get("networks")], order="sorted")
        labels[SPEC_LABEL] = hashlib.sha256(definition).hexdigest()[:16]
    return {"version": COMPOSE_VERSION, **document}


def only(document: Mapping[str, object], chosen: Collection[str]) -> dict[str, object]:
    """The part of a Compose document that is about some services, each defined exactly as in the whole."""
    services = _services(document)
    return {**document, "services": {key: services[key] for key in chosen}}


def spec_hashes(document: Mapping[str, object], stack: Stack) -> dict[str, str]:
    """Swarm service name -> hash of its definition, as `compose` wrote it into the document."""
    return {
        stack.services[key].name: str(_mapping(_mapping(service, "deploy"), "labels")[SPEC_LABEL])
        for key, service in _services(document).items()
    }


def _services(document: Mapping[str, object]) -> Mapping[str, object]:
    services = document["services"]
    if not isinstance(services, Mapping):
        raise TypeError("services is no mapping")
    return services


def as_yaml(document: Mapping[str, object]) -> str:
    """A Compose document as text for `docker stack deploy -c`."""
    return yaml.dump(document, Dumper=yaml.CSafeDumper, sort_keys=False, width=120, allow_unicode=True)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise HardenError(f"{path}: cannot be read: {error}") from error


def _expand(path: Path, text: str, context: Mapping[str, object]) -> str:
    import jinja2  # noqa: PLC0415 - every command reads settings of a project, few a template

    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - YAML for a machine, not HTML
    )
    try:
        return environment.from_string(text).render(context)
    except jinja2.TemplateSyntaxError as error:
        raise HardenError(f"{path}:{error.lineno}: template: {error.message}") from error
    except jinja2.UndefinedError as error:
        where = f"{path}:{_template_line(error)}"
        # What is asked of a mapping and missing: the only mapping that a template is given is `images`.
        if role := _NO_KEY.fullmatch(str(error.message)):
            message = f"{where}: there is no image of the role `{role['name']}` yet"
            raise HardenError(message, "build and push it: harden images push") from error
        hint = "values for the template stand under `variables:` of the stack in harden.yml"
        raise HardenError(f"{where}: template: {error.message}", hint) from error


def _template_line(error: BaseException) -> int:
    line, trace = 1, error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _refuse_dropped_keys(document: Document) -> None:
    services = document.content.get("services") if isinstance(document.content, dict) else None
    for name, service in services.items() if isinstance(services, dict) else ():
        for key in service if isinstance(service, dict) else ():
            if key in DROPPED_BY_SWARM:
                raise document.error(
                    ("services", name, key),
                    f"Swarm ignores `{key}` in a stack file, so it would promise what does not happen",
                    "remove it; AppArmor and seccomp come from `x-harden: {profile: ROLE}`",
                )


def _without_foreign_extensions(content: object) -> object:
    """The document without other tools' `x-` keys."""
    if isinstance(content, dict):
        return {
            key: _without_foreign_extensions(value)
            for key, value in content.items()
            if key == "x-harden" or not str(key).startswith("x-")
        }
    if isinstance(content, list):
        return [_without_foreign_extensions(item) for item in content]
    return content


def _used(service: Mapping[str, object], kind: str) -> list[str]:
    """Names of the secrets or configs that a service uses, in their order."""
    uses = service.get(kind)
    return [str(use["source"] if isinstance(use, dict) else use) for use in uses] if isinstance(uses, list) else []


def _secret_files(uses: tuple[str | ComposeSecretUse, ...], generated: Mapping[str, object]) -> dict[str, str]:
    files = {}
    for use in uses:
        source, target = (use, use) if isinstance(use, str) else (use.source, use.target or use.source)
        if source in generated:
            files[source] = target.removeprefix("/run/secrets/")
    return files


def _vote_problem(replica_set: ReplicaSet) -> str:
    """Why nobody could be elected as the set is described; empty when somebody can."""
    arbiters = bool(replica_set.arbiter)
    if replica_set.arbiter_votes and not arbiters:
        return "`arbiter_votes` without an `arbiter`"
    if not 0 < len(replica_set.members) <= MOST_VOTES - arbiters:
        return f"one member at least, and {MOST_VOTES} votes at most"
    twice = [name for name, times in Counter((*replica_set.members, replica_set.arbiter)).items() if times > 1]
    return f"`{twice[0]}` is named twice" if twice else ""


def _check_replica_set(
    document: Document,
    name: str,
    replica_set: ReplicaSet,
    services: Mapping[str, StackService],
    secrets: Mapping[str, object],
) -> None:
    position = ("x-harden", "replica_sets", name)
    arbiter = (replica_set.arbiter,) if replica_set.arbiter else ()
    if problem := _vote_problem(replica_set):
        raise document.error(position, f"replica set {name}: {problem}")
    for service in (*replica_set.members, *arbiter):
        if service not in services:
            raise document.error(position, f"replica set {name}: there is no service `{service}`")
        for secret in filter(None, (replica_set.keyfile, replica_set.authority)):
            if secret not in services[service].secrets:
                raise document.error(
                    position, f"replica set {name}: service `{service}` does not use the secret `{secret}`"
                )
    for user, settings in replica_set.users.items():
        if settings.password not in secrets:
            raise document.error(
                (*position, "users", user), f"user {user}: `{settings.password}` is no generated secret of this file"
            )
        if all(settings.password not in services[member].secrets for member in replica_set.members):
            raise document.error(
                (*position, "users", user),
                f"user {user}: no member mounts the secret `{settings.password}`, so its password could not be set",
            )


def _check_secret(document: Document, key: str, secrets: Mapping[str, GeneratedSecret]) -> None:
    secret, position = secrets[key], ("secrets", key, "x-harden")
    for other in _names_in(secret.template):
        if other not in secrets or other == key:
            raise document.error((*position, "template"), f"`${{{other}}}` is no other generated secret of this file")
        if secrets[other].generate in {"certificate", "authority"}:
            raise document.error((*position, "template"), f"`${{{other}}}` is renewed, which a template would not see")
    if secret.generate == "authority" and all(other.authority != key for other in secrets.values()):
        raise document.error(position, f"`{key}`: no certificate names this authority")
    if secret.generate != "certificate":
        return
    if secret.authority and (secret.authority not in secrets or secrets[secret.authority].generate != "authority"):
        raise document.error((*position, "authority"), f"`{secret.authority}` is no secret with `generate: authority`")
    if not (secret.names and secret.usage):
        raise document.error(position, f"`{key}`: a certificate needs `names` and `usage`")
    if wrong := [name for name in secret.names if not is_name(name)]:
        raise document.error((*position, "names"), f"`{wrong[0]}` is neither a DNS name nor an IP address")


def _names_in(template: str) -> list[str]:
    return string.Template(template).get_identifiers() if template else []


def _labels(parent: dict[str, object]) -> dict[str, object]:
    """The labels of a service or its deploy section as a mapping, whichever of the two forms they were written in."""
    if isinstance(written := parent.get("labels"), list):
        parent["labels"] = dict(str(label).partition("=")[::2] for label in written)
    return _mapping(parent, "labels")


def _mapping(parent: object, key: str) -> dict[str, object]:
    """The mapping under `key`, made when missing."""
    if not isinstance(parent, dict):
        raise TypeError(f"{key}: its parent is no mapping")
    value = parent.get(key)
    if not isinstance(value, dict):
        value = parent[key] = {}
    return value
