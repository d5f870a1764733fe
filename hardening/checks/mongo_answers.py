"""A mongod's answers as documents."""

import json
from collections.abc import Iterable

from hardening.model.facts import MongoMember
from hardening.model.known import Known, Unavailable

Document = dict[str, object]


def document(fact: Known[str] | Unavailable) -> Known[Document] | Unavailable:
    """An answer's JSON text as an object."""
    if isinstance(fact, Unavailable):
        return fact
    try:
        found = json.loads(fact.value)
    except ValueError as error:
        return Unavailable(f"the answer is not JSON: {error}")
    except RecursionError:
        return Unavailable("the answer is nested too deep")
    return Known(found) if isinstance(found, dict) else Unavailable("the answer is no document")


def at(found: object, path: str, default: object = None) -> object:
    """The value at a dotted path, such as `security.authorization`; parts may be joined in the document itself.

    A mongod started with `--setParameter` or dotted YAML keys answers with the same dots.
    """
    if not isinstance(found, dict):
        return default
    if path in found:
        return found[path]
    head, _, rest = path.partition(".")
    while rest:
        if head in found:
            return at(found[head], rest, default)
        step, _, rest = rest.partition(".")
        head = f"{head}.{step}"
    return default


def option(member: MongoMember, path: str) -> Known[object] | Unavailable:
    """A start-up option of a member, None when it was not given."""
    match document(member.cmd_line):
        case Known(value=answer):
            return Known(at(answer.get("parsed", {}), path))
        case Unavailable() as gap:
            return gap


def parameter(member: MongoMember, name: str) -> Known[object] | Unavailable:
    """A server parameter of a member."""
    match document(member.parameters):
        case Known(value=answer) if name in answer:
            value = answer[name]
            return Known(value["value"] if isinstance(value, dict) and "value" in value else value)
        case Known():
            return Unavailable(f"the server told no parameter {name}")
        case Unavailable() as gap:
            return gap


def configuration(members: Iterable[MongoMember]) -> Known[Document] | Unavailable:
    """The replica set's configuration, by the newest version any member holds."""
    found: list[Document] = []
    reasons = []
    for member in members:
        match document(member.replica_config):
            case Known(value=answer):
                config = answer.get("config", answer)
                found += [config] if isinstance(config, dict) else []
            case Unavailable(reason=reason):
                reasons.append(f"{member.service}: {reason}")
    if not found:
        return Unavailable("; ".join(reasons) or "no member told it")
    return Known(max(found, key=lambda config: whole(config.get("version"))))


def status(members: Iterable[MongoMember]) -> Known[Document] | Unavailable:
    """The replica set's state as the primary sees it, else as any member does."""
    found: list[Document] = []
    reasons = []
    for member in members:
        match document(member.replica_status):
            case Known(value=answer):
                found.append(answer)
            case Unavailable(reason=reason):
                reasons.append(f"{member.service}: {reason}")
    if not found:
        return Unavailable("; ".join(reasons) or "no member told it")
    return Known(next((answer for answer in found if answer.get("myState") == 1), found[0]))


def members_of(config: Document) -> list[Document]:
    """The member entries of a configuration or a status."""
    entries = config.get("members")
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def is_called(service: str, host: str) -> bool:
    """Whether a service goes by a host's name: `stack_mongo1` is reached as `mongo1` within its stack."""
    return service == host or service.endswith(f"_{host}")


def hosts_of(config: Document, member: MongoMember) -> tuple[str, ...]:
    """Names by which a set's configuration calls a member."""
    hosts = (str(entry.get("host", "")).rpartition(":")[0] for entry in members_of(config))
    return tuple(host for host in hosts if is_called(member.service, host))


def replica_sets(members: Iterable[MongoMember]) -> dict[str, tuple[MongoMember, ...]]:
    """Set name -> its members; the name is empty for a standalone server."""
    sets: dict[str, tuple[MongoMember, ...]] = {}
    for member in members:
        match option(member, "replication"):
            case Known(value=dict() as replication):
                name = str(replication.get("replSetName") or replication.get("replSet") or "")
            case Known():
                name = ""
            case Unavailable():
                name = _announced(member)
        sets[name] = (*sets.get(name, ()), member)
    return sets


def whole(value: object) -> int:
    """A number of a document, which may come as text or as an extended-JSON object; 0 when there is none."""
    if isinstance(value, dict):
        value = next(iter(value.values()), 0)
    if isinstance(value, int | float | str):
        try:
            return int(value)
        except ValueError:
            return 0
    return 0


def _announced(member: MongoMember) -> str:
    match document(member.hello):
        case Known(value=hello):
            return str(hello.get("setName", ""))
        case Unavailable():
            return ""
