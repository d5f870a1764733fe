"""One mongod's own account of itself, asked through the node it runs on.

It is asked as the set's `auditor`, whose password is a secret of the container (named by the label
`harden.auditor-secret`); where that login does not work - an arbiter holds no users - as `__system`, with the key file;
where authorization is off, without a login. What none of them may read is unavailable, with the server's own words.

One that offers TLS is asked over TLS (see `speech`), verified by the secret that `harden.authority-secret` names.
"""

from collections.abc import Callable
from contextlib import ExitStack
from typing import TypeVar

import msgspec

from hardening.errors import HardenError
from hardening.hosts import Host
from hardening.hosts.database import (
    Client,
    Credentials,
    Document,
    Door,
    OperationFailure,
    PyMongoError,
    Secret,
    as_json,
    complaint,
    keyfile_credentials,
    open_door,
)
from hardening.model.facts import ContainerFacts, MongoMember, MongoUser
from hardening.model.known import Known, Unavailable
from hardening.node.redaction import redacted

from . import speech
from .mongo_found import PROGRAM

AUDITOR = "auditor"
AUDITOR_LABEL = "harden.auditor-secret"
AUTHORITY_LABEL = "harden.authority-secret"
KEYFILE_LABEL = "harden.keyfile-secret"
KEYFILE = "keyfile"
"""Name of the key file's secret where the label does not tell another."""
OPEN = "ok"
_WITHOUT_DATA = (
    "authenticationMechanisms",
    "enableLocalhostAuthBypass",
    "enableTestCommands",
    "quiet",
    "scramSHA256IterationCount",
)
"""Parameters to ask for by name where the server cannot tell all of them: those that checks judge."""
T = TypeVar("T")


def member(host: Host, node: str, container: ContainerFacts) -> MongoMember:
    """Facts of the mongod in a container. Nothing is raised: what cannot be read is unavailable."""
    labels = container.inspect.config.labels or {}
    keyfile = labels.get(KEYFILE_LABEL, KEYFILE)
    authority = labels.get(AUTHORITY_LABEL, "")
    wanted = tuple(name for name in (labels.get(AUDITOR_LABEL), keyfile, authority) if name)
    try:
        with open_door(host, container.inspect.id, program=PROGRAM, secrets=wanted) as way, ExitStack() as clients:
            spoken = speech.heard(way)
            door, asked_over = speech.chosen(way, spoken, authority)
            if isinstance(asked_over, Unavailable):
                return speech.told(unread(node, container, asked_over.reason), spoken, asked_over)
            anonymous = clients.enter_context(door.client())
            access = _access(anonymous)
            hello = _asked(anonymous, dict, "hello")
            logins = _logins(door, labels.get(AUDITOR_LABEL, ""), keyfile, arbiter=_is_arbiter(hello))
            session = _session(clients, door, logins, anonymous if access == Known(OPEN) else None)
            return speech.told(_member(node, container, anonymous, access, session, hello=hello), spoken, asked_over)
    except HardenError as error:
        return unread(node, container, error.message)
    except Exception as error:  # noqa: BLE001 - a server that answers nonsense must not hide the others; the reason says it
        return unread(node, container, f"{type(error).__name__}: {error}")


def unread(node: str, container: ContainerFacts, reason: str) -> MongoMember:
    """A member of which nothing could be read."""
    gap = Unavailable(reason)
    gaps = {
        field.name: gap
        for field in msgspec.structs.fields(MongoMember)
        if field.name not in {"service", "node", "container", "inside"}
    }
    return MongoMember(
        service=_service(container), node=node, container=container.inspect.id, inside=container.inside, **gaps
    )


def users_of(answer: Document) -> tuple[MongoUser, ...]:
    """The answer to `usersInfo` without anything but names, mechanisms and roles."""
    return tuple(
        MongoUser(
            name=str(user["user"]),
            database=str(user["db"]),
            mechanisms=tuple(str(mechanism) for mechanism in user.get("mechanisms", ())),
            roles=tuple((str(role["role"]), str(role["db"])) for role in user.get("roles", ())),
        )
        for user in answer["users"]
    )


def _is_arbiter(hello: Known[Document] | Unavailable) -> bool:
    return isinstance(hello, Known) and bool(hello.value.get("arbiterOnly"))


def _holds_nothing(hello: Known[Document] | Unavailable) -> Unavailable | None:
    """Why a member answers, but from no data: that there are no users, and that the default is the built-in one."""
    if _is_arbiter(hello):
        return Unavailable("an arbiter holds no data of its set")
    if isinstance(hello, Known) and hello.value.get("isreplicaset"):  # said by one that waits for a configuration
        return Unavailable("it stands by and holds no data of a set")
    return None


def _member(  # noqa: PLR0913 - a place, two ways to ask, and what was heard on the way
    node: str,
    container: ContainerFacts,
    anonymous: Client,
    access: Known[str] | Unavailable,
    session: Known[tuple[str, Client]] | Unavailable,
    *,
    hello: Known[Document] | Unavailable,
) -> MongoMember:
    def ask(made_of: Callable[[Document], T], command: str, value: object = 1, **named: int) -> Known[T] | Unavailable:
        if isinstance(session, Unavailable):
            return session
        return _asked(session.value[1], made_of, command, value, **named)

    build = _asked(anonymous, lambda answer: (str(answer["version"]), tuple(map(str, answer["modules"]))), "buildInfo")
    holds_nothing = _holds_nothing(hello)
    return MongoMember(
        service=_service(container),
        node=node,
        container=container.inspect.id,
        version=Known(build.value[0]) if isinstance(build, Known) else build,
        modules=Known(build.value[1]) if isinstance(build, Known) else build,
        hello=Known(as_json(hello.value)) if isinstance(hello, Known) else hello,
        cmd_line=ask(_redacted, "getCmdLineOpts"),
        parameters=_parameters(ask),
        replica_config=ask(lambda answer: as_json(answer["config"]), "replSetGetConfig"),
        replica_status=ask(as_json, "replSetGetStatus"),
        default_concern=holds_nothing or ask(as_json, "getDefaultRWConcern"),
        users=holds_nothing or ask(users_of, "usersInfo", {"forAllDBs": True}),
        startup_warnings=ask(lambda answer: tuple(map(_warning, answer["log"])), "getLog", "startupWarnings"),
        anonymous=access,
        host_info=ask(as_json, "hostInfo"),
        authenticated_as=Known(session.value[0]) if isinstance(session, Known) else session,
        inside=container.inside,
    )


def _parameters(ask: Callable[..., Known[str] | Unavailable]) -> Known[str] | Unavailable:
    """A server's parameters: all, or those that are judged.

    One that never joined its set, as an arbiter standing by, does not know the value of one (the set's
    `featureCompatibilityVersion`), and then tells none of all.
    """
    told = ask(_redacted, "getParameter", "*")
    if isinstance(told, Unavailable) and "UnknownFeatureCompatibilityVersion" in told.reason:
        return ask(_redacted, "getParameter", **dict.fromkeys(_WITHOUT_DATA, 1))
    return told


def _redacted(answer: Document) -> str:
    """An answer that holds start-up options, as JSON without passwords: of a key file, of LDAP, of KMIP."""
    return as_json(redacted(answer))


def _asked(
    client: Client,
    made_of: Callable[[Document], T],
    command: str,
    value: object = 1,
    **named: int,
) -> Known[T] | Unavailable:
    """An answer of the server as a fact."""
    try:
        return Known(made_of(client.admin.command({command: value, **named})))
    except PyMongoError as error:
        return Unavailable(f"{command}: {complaint(error)}")
    except (KeyError, TypeError) as error:
        return Unavailable(f"{command}: the answer has another form than expected ({type(error).__name__} {error})")


def _access(anonymous: Client) -> Known[str] | Unavailable:
    """What a client without credentials gets."""
    try:
        anonymous.admin.command("listDatabases")
    except OperationFailure as error:
        return Known(str((error.details or {}).get("codeName", error.code)))
    except PyMongoError as error:
        return Unavailable(complaint(error))
    return Known(OPEN)


def _logins(door: Door, auditor: str, keyfile: str, *, arbiter: bool) -> dict[str, Credentials | Unavailable]:
    """Logins to try, by what they are, the least powerful first."""
    logins: dict[str, Credentials | Unavailable] = {}
    if arbiter:
        logins[AUDITOR] = Unavailable("an arbiter holds no users")
    elif auditor:
        logins[AUDITOR] = _credentials(door, auditor, lambda secret: Credentials(AUDITOR, _line(secret)))
    else:
        logins[AUDITOR] = Unavailable(f"the container has no label {AUDITOR_LABEL}")
    logins["__system"] = _credentials(door, keyfile, keyfile_credentials)
    return logins


def _credentials(door: Door, name: str, made_of: Callable[[Secret], Credentials]) -> Credentials | Unavailable:
    match door.secrets[name]:
        case Known(value=secret):
            return made_of(secret)
        case Unavailable() as gap:
            return gap


def _session(
    clients: ExitStack, door: Door, logins: dict[str, Credentials | Unavailable], otherwise: Client | None
) -> Known[tuple[str, Client]] | Unavailable:
    """The first login that works and its client."""
    reasons = []
    for name, login in logins.items():
        if isinstance(login, Unavailable):
            reasons.append(f"{name}: {login.reason}")
            continue
        client = clients.enter_context(door.client(login))
        try:
            client.admin.command("connectionStatus")
        except PyMongoError as error:
            reasons.append(f"{name}: {complaint(error)}")
        else:
            return Known((name, client))
    if otherwise:
        return Known(("nobody", otherwise))
    return Unavailable("no login worked: " + "; ".join(reasons))


def _line(secret: Secret) -> Secret:
    """A password as it was meant, where it was stored with the end of its line."""
    return Secret(secret.reveal().rstrip(b"\r\n"))


def _warning(line: object) -> str:
    """The message of a structured log line; the line itself from servers before 4.4."""
    try:
        return str(msgspec.json.decode(str(line), type=dict[str, object])["msg"])
    except (msgspec.DecodeError, KeyError):
        return str(line)


def _service(container: ContainerFacts) -> str:
    return container.service or container.inspect.name.lstrip("/")
