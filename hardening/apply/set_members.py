"""The members of a replica set where they run now, and what they say of their set.

Found by asking every machine's own engine: the manager may be the machine that is lost.
"""

import threading
from collections.abc import Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field

from msgspec import Struct

from hardening.errors import HardenError, HostError
from hardening.hosts import Host
from hardening.hosts.database import (
    Client,
    Credentials,
    Door,
    OperationFailure,
    PyMongoError,
    Tls,
    as_json,
    complaint,
    keyfile_credentials,
    open_door,
)
from hardening.hosts.engine import engine
from hardening.model.known import Known
from hardening.model.replica_set import SetView
from hardening.model.stack import STACK_LABEL, ReplicaSet, Stack
from hardening.plan.set_view import best_status, newest_config, set_view

NOT_YET_INITIALIZED = 94


@dataclass(frozen=True, slots=True)
class Reached:
    """A running member, and the way to it."""

    node: str
    door: Door
    credentials: Credentials
    seconds: float
    client: Client

    def connect(self) -> AbstractContextManager[Client]:
        """One more client."""
        return self.door.client(self.credentials, seconds=self.seconds)


@dataclass(slots=True)
class Members:
    """Services of a set: those that answer, and why the others do not."""

    replica_set: ReplicaSet
    reached: dict[str, Reached] = field(default_factory=dict)
    gaps: dict[str, str] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)
    """Those of the gaps that run nowhere, by the word of every machine."""
    silent: dict[str, str] = field(default_factory=dict)
    """Machines that could not be asked what runs there, and why."""

    def lose(self, service: str, reason: str) -> None:
        """Ask a member no more: one that hangs would take its time limit from every question."""
        self.reached.pop(service, None)
        self.gaps[service] = reason


@contextmanager
def reach(hosts: Mapping[str, Host], stack: Stack, replica_set: ReplicaSet, *, seconds: float) -> Generator[Members]:
    """Open a way to every service of a set, the arbiter's included. Nothing is raised for one that cannot be reached.

    Services that still run and that the stack file no longer names may belong to the set, too: they are asked along.

    Args:
        hosts: machines by name.
        stack: that has the set.
        replica_set: of the stack.
        seconds: for each answer of a member.
    """
    places, silent = _places(hosts, stack)
    members, guard = Members(replica_set, silent=silent), threading.Lock()
    named = {
        service: stack.services[service].name for service in (*replica_set.members, replica_set.arbiter) if service
    }
    known = {each.name for each in stack.services.values()}
    former = {name.removeprefix(f"{stack.name}_"): name for name in places.keys() - known}
    with ExitStack() as doors, ThreadPoolExecutor(len(named), thread_name_prefix="members") as pool:

        def enter(service: str) -> None:
            node, container = places[(named | former)[service]]
            own, like = ExitStack(), service if service in named else replica_set.members[0]
            files = stack.services[like].secrets
            authority = files.get(replica_set.authority, "")
            way = _Way(replica_set.port, files[replica_set.keyfile], authority, seconds)
            try:
                found = own.enter_context(_opened(hosts[node], container, way))
            except HardenError as error:
                if service in named:
                    members.lose(service, error.message)
                return
            with guard:
                doors.push(own)
                members.reached[service] = found

        for service, name in named.items():
            if name not in places:
                members.lose(service, "it runs on no machine that answers")
        members.absent |= set() if silent else members.gaps.keys()
        list(pool.map(enter, [*(named.keys() - members.gaps.keys()), *former]))
        yield members


class _Way(Struct, frozen=True):
    """How a member is spoken to: its port, and its files under /run/secrets; `authority` is empty without TLS."""

    port: int
    keyfile: str
    authority: str
    seconds: float


@contextmanager
def _opened(host: Host, container: str, way: _Way) -> Generator[Reached]:
    files = (way.keyfile, *([way.authority] if way.authority else []))
    with open_door(host, container, port=way.port, secrets=files) as plain:
        keyfile = plain.secrets[way.keyfile]
        if not isinstance(keyfile, Known):
            raise HardenError(f"{host.node.name}: the key file cannot be read: {keyfile.reason}")
        # A member that mounts no authority runs without TLS: while a stack changes it still has its former definition.
        authority = plain.secrets.get(way.authority)
        door = plain.speaking(Tls(authority.value.reveal()) if isinstance(authority, Known) else None)
        credentials = keyfile_credentials(keyfile.value)
        with door.client(credentials, seconds=way.seconds) as client:
            yield Reached(host.node.name, door, credentials, way.seconds, client)


def _places(hosts: Mapping[str, Host], stack: Stack) -> tuple[dict[str, tuple[str, str]], dict[str, str]]:
    """Swarm service -> (machine, container), and machines that could not be asked with the reason."""

    def ask(name: str) -> tuple[tuple[str, str], ...] | HostError:
        try:
            with engine(hosts[name]) as running:
                return running.running_tasks(STACK_LABEL, stack.name)
        except HostError as error:
            return error

    places, silent = {}, {}
    with ThreadPoolExecutor(len(hosts), thread_name_prefix="places") as pool:
        for name, answer in zip(hosts, pool.map(ask, hosts), strict=True):
            if isinstance(answer, HostError):
                silent[name] = answer.message.removeprefix(f"{name}: ")
            else:
                places.update({service: (name, container) for service, container in answer})
    return places, silent


def observe(members: Members) -> SetView | None:
    """The set as it is now; None when every data member that runs says that there is none yet.

    Raises:
        HostError: no member knows the set, and some could not be asked.
    """
    with ThreadPoolExecutor(max(len(members.reached), 1), thread_name_prefix="views") as pool:
        answers = dict(zip(members.reached, pool.map(_answers, members.reached.values()), strict=True))
    for service, answer in answers.items():
        if isinstance(answer, str):
            members.lose(service, answer)
    told = {service: answer for service, answer in answers.items() if not isinstance(answer, str)}
    config = newest_config(answer.config for answer in told.values() if answer.config)
    if config is None:
        if told.keys() & set(members.replica_set.members) and members.gaps.keys() <= members.absent:
            return None
        reasons = "; ".join(f"{place}: {reason}" for place, reason in (members.silent | members.gaps).items())
        raise HostError("replica set", f"no member that answers knows it: {reasons}")
    status = best_status(answer.status for answer in told.values() if answer.status)
    concern = next((answer.concern for answer in told.values() if answer.concern), None)
    nodes = {members.replica_set.host(service): members.reached[service].node for service in told}
    return set_view(config, status, concern, nodes)


@dataclass(frozen=True, slots=True)
class _Answers:
    """JSON text of each answer; empty where a member has none to give."""

    config: str = ""
    status: str = ""
    concern: str = ""


def _answers(member: Reached) -> _Answers | str:
    """What a member says of its set; a text when it cannot be asked."""
    admin = member.client.admin
    try:
        try:
            config = as_json(admin.command("replSetGetConfig")["config"])
        except OperationFailure as error:
            if error.code == NOT_YET_INITIALIZED:
                return _Answers()
            raise
        status = concern = ""
        hello = admin.command("hello")
        if hello.get("setName"):  # one that was taken out knows the configuration, but no longer belongs to it
            status = as_json(admin.command("replSetGetStatus"))
        if hello.get("isWritablePrimary") or hello.get("secondary"):
            concern = as_json(admin.command("getDefaultRWConcern"))
    except PyMongoError as error:
        return complaint(error)
    return _Answers(config, status, concern)


def serves_now(member: Reached) -> bool:
    """Whether a member itself says that it is primary, secondary or arbiter."""
    try:
        hello = member.client.admin.command("hello")
    except PyMongoError:
        return False  # asked again, until somebody's deadline
    return any(hello.get(part) for part in ("isWritablePrimary", "secondary", "arbiterOnly"))
