"""Project and facts into what an operator sees at a glance. Pure but for `last_audit`, which reads a folder."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from cryptography import x509

from . import confinement
from .errors import Exit
from .model.facts import Facts, MongoMember, SwarmFacts
from .model.findings import Report
from .model.known import Known, Unavailable, known
from .model.project import Project
from .model.stack import ReplicaSet, Stack, StackService
from .model.status import (
    AuditStatus,
    CertificateStatus,
    MemberStatus,
    NodeStatus,
    ServiceStatus,
    SetStatus,
    Status,
    TaskStatus,
)
from .model.swarm import Service, SwarmNode, Task
from .plan.certificates import KINDS, certificates_of
from .plan.stacks import newest_secrets

EXPIRY_DAYS = 30
"""A certificate that ends within these days is a problem: time to replace it in working hours."""
_WELL = frozenset({"PRIMARY", "SECONDARY", "ARBITER"})
_SETTLED = frozenset({"", "completed"})
_ENDED_BADLY = frozenset({"failed", "rejected", "orphaned"})
STANDS_BY = "stands by"


def of(project: Project, facts: Facts, audit: AuditStatus | None = None) -> Status:
    """Everything at a glance, and what of it is not as it should be."""
    swarm = known(facts.swarm)
    nodes = tuple(_nodes(project, facts, swarm))
    complaints = confinement.by_service(project, facts)
    services = tuple(_service(wanted, swarm, complaints.get(wanted.name, [])) for wanted in _services(project))
    sets = tuple(
        _set(project, stack, name, replica_set, facts)
        for stack in project.stacks
        for name, replica_set in stack.replica_sets.items()
    )
    certificates = (*_authority(swarm), *_issued(project, swarm))
    problems = (
        *_node_problems(nodes),
        *_service_problems(services),
        *_set_problems(sets),
        *complaints.get("", []),
        *_certificate_problems(certificates, facts.gathered_at),
    )
    return Status(
        project=project.name,
        gathered_at=facts.gathered_at,
        nodes=nodes,
        services=services,
        sets=sets,
        certificates=certificates,
        audit=audit,
        lacking=tuple(confinement.lacking(project, facts)),
        problems=tuple(dict.fromkeys(problems)),
    )


def exit_code(status: Status) -> Exit:
    """3 where a node could not be read, 1 where anything is not as it should be, else 0."""
    if any(node.unread for node in status.nodes):
        return Exit.UNREACHABLE
    return Exit.FAILED if status.problems else Exit.OK


def last_audit(folder: Path, project: str) -> AuditStatus | None:
    """The newest JSON report of a project below a folder, by the time its facts were read; None when there is none."""
    found: AuditStatus | None = None
    for path in sorted(folder.rglob("*.json")):
        try:
            report = msgspec.json.decode(path.read_bytes(), type=Report)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue  # other programs' files may lie there, too
        if report.project != project or (found and found.gathered_at >= report.gathered_at):
            continue
        failed = {severity.value: count for severity, count in report.summary.failed_by_severity.items() if count}
        unknown = next((count for status, count in report.summary.by_status.items() if status.value == "unknown"), 0)
        found = AuditStatus(str(path), report.gathered_at, failed, unknown)
    return found


# --- nodes ------------------------------------------------------------------------------------------------------------


def _nodes(project: Project, facts: Facts, swarm: SwarmFacts | None) -> Iterator[NodeStatus]:
    members = {member.id: member for member in swarm.nodes} if swarm else {}
    by_name = {member.description.hostname: member for member in members.values()}
    for node in project.inventory.nodes:
        read = facts.nodes.get(node.name, Unavailable("was not read"))
        engine = known(read.value.engine) if isinstance(read, Known) else None
        unread = read.reason if isinstance(read, Unavailable) else ""
        if isinstance(read, Known) and isinstance(read.value.engine, Unavailable):
            unread = f"its engine: {read.value.engine.reason}"
        member = (members.get(engine.info.swarm.node_id) if engine else None) or by_name.get(node.name)
        yield _node(node.name, member, engine.info.server_version if engine else "", unread)


def _node(name: str, member: SwarmNode | None, engine: str, unread: str) -> NodeStatus:
    if member is None:
        return NodeStatus(name, "", "", "", leader=False, engine=engine, unread=unread)
    leader = bool(member.manager_status and member.manager_status.leader)
    return NodeStatus(name, member.spec.role, member.status.state, member.spec.availability, leader, engine, unread)


def _node_problems(nodes: tuple[NodeStatus, ...]) -> Iterator[str]:
    for node in nodes:
        if node.unread:
            yield f"{node.name}: could not be read: {node.unread}"
        elif not node.state:
            yield f"{node.name}: is no member of the swarm, as far as a manager tells"
        if node.state and node.state != "ready":
            yield f"{node.name}: the swarm calls it {node.state}"


# --- services ---------------------------------------------------------------------------------------------------------


def _services(project: Project) -> Iterator[StackService]:
    for stack in project.stacks:
        yield from stack.services.values()


def _service(wanted: StackService, swarm: SwarmFacts | None, complaints: list[str]) -> ServiceStatus:
    service = _find(swarm, wanted.name)
    if swarm is None or service is None:
        return ServiceStatus(wanted.name, 0, 0, (), profile=wanted.profile, unconfined=tuple(complaints))
    hosts = {node.id: node.description.hostname for node in swarm.nodes}
    tasks = [task for task in swarm.tasks if task.service_id == service.id]
    current = [task for task in tasks if task.desired_state == "running"]
    running = sum(task.status.state == "running" for task in current)
    # Of a global service the swarm makes one such task for each node that may carry it.
    replicated = service.spec.mode.replicated
    count = replicated.replicas if replicated else len(current)
    state = service.update_status.state if service.update_status else ""
    return ServiceStatus(
        name=wanted.name,
        wanted=count,
        running=running,
        tasks=tuple(sorted((_task(task, hosts) for task in current), key=lambda task: (task.node, task.since))),
        update="" if state in _SETTLED else state,
        last_error=_last_error(tasks) if running < count or not count else "",
        profile=wanted.profile,
        unconfined=tuple(complaints),
    )


def _find(swarm: SwarmFacts | None, name: str) -> Service | None:
    return next((each for each in swarm.services if each.spec.name == name), None) if swarm else None


def _task(task: Task, hosts: Mapping[str, str]) -> TaskStatus:
    status = task.status
    return TaskStatus(hosts.get(task.node_id, "no node yet"), status.state, status.timestamp, status.err)


def _last_error(tasks: list[Task]) -> str:
    errors = sorted(
        (task.status.timestamp, task.status.err or task.status.message)
        for task in tasks
        if task.status.state in _ENDED_BADLY or task.status.err
    )
    return errors[-1][1] if errors else ""


def _service_problems(services: tuple[ServiceStatus, ...]) -> Iterator[str]:
    for service in services:
        error = f": {service.last_error}" if service.last_error else ""
        if not service.wanted:
            yield f"{service.name}: no task of it should run: it is not deployed, or no node may carry it{error}"
        elif service.running < service.wanted:
            yield f"{service.name}: {service.running} of {service.wanted} tasks run{error}"
        if service.update:
            yield f"{service.name}: its update is {service.update}"
        yield from service.unconfined


# --- replica sets -----------------------------------------------------------------------------------------------------


def _set(project: Project, stack: Stack, name: str, wanted: ReplicaSet, facts: Facts) -> SetStatus:
    members = []
    primary = ""
    for key in (*wanted.members, *((wanted.arbiter,) if wanted.arbiter else ())):
        service = stack.services[key].name
        read = next((member for member in facts.mongo if member.service == service), None)
        may_stand_by = key == wanted.arbiter and not wanted.arbiter_votes
        member = _member(service, read, may_stand_by=may_stand_by)
        members.append(member)
        if member.state == "PRIMARY":
            primary = service
    return SetStatus(name if len(project.stacks) == 1 else f"{stack.name}/{name}", primary, tuple(members))


def _member(service: str, read: MongoMember | None, *, may_stand_by: bool) -> MemberStatus:
    if read is None:
        return MemberStatus(service, "", "does not run, or could not be read", well=False)
    match read.hello:
        case Unavailable(reason=reason):
            return MemberStatus(service, read.node, reason, well=False)
        case Known(value=text):
            hello = json.loads(text)
    state = _state(hello, read)
    if not hello.get("setName") and may_stand_by:
        return MemberStatus(service, read.node, STANDS_BY, well=True)
    return MemberStatus(service, read.node, state, well=state in _WELL)


def _state(hello: Mapping[str, object], read: MongoMember) -> str:
    """A member's state in the server's words: by its own status, else by its greeting."""
    own: str | None = known(read.replica_status)
    for member in json.loads(own or "{}").get("members", ()):
        if member.get("self"):
            return str(member.get("stateStr", "unknown"))
    for key, state in (("isWritablePrimary", "PRIMARY"), ("secondary", "SECONDARY"), ("arbiterOnly", "ARBITER")):
        if hello.get(key):
            return state
    return "neither primary nor secondary" if hello.get("setName") else "in no set"


def _set_problems(sets: tuple[SetStatus, ...]) -> Iterator[str]:
    for replica_set in sets:
        if not replica_set.primary:
            yield f"replica set {replica_set.name}: no primary was seen"
        for member in replica_set.members:
            if not member.well:
                yield f"replica set {replica_set.name}: {member.service}: {member.state}"


# --- certificates -----------------------------------------------------------------------------------------------------


def _issued(project: Project, swarm: SwarmFacts | None) -> Iterator[CertificateStatus]:
    """What deploys issued, by the labels of its secrets."""
    for stack in project.stacks if swarm else ():
        for name, stored in sorted(newest_secrets(stack, swarm.secrets if swarm else ()).items()):
            if stack.secrets[name].generate not in KINDS:
                continue
            told = certificates_of(stored)
            expires = told[0].not_after if told else None
            yield CertificateStatus(f"{stack.name}: {name}", expires, "" if told else "tells nothing of itself")


def _authority(swarm: SwarmFacts | None) -> Iterator[CertificateStatus]:
    name = "the swarm's authority"
    if swarm is None:
        yield CertificateStatus(name, None, "the swarm could not be read")
        return
    try:
        found = x509.load_pem_x509_certificates(swarm.cluster.tls_info.trust_root.encode())
    except ValueError as error:
        yield CertificateStatus(name, None, f"cannot be read: {error}")
        return
    for certificate in found:
        yield CertificateStatus(name, certificate.not_valid_after_utc.timestamp())


def _certificate_problems(certificates: tuple[CertificateStatus, ...], now: float) -> Iterator[str]:
    for certificate in certificates:
        if certificate.expires is None:
            yield f"{certificate.name}: {certificate.detail}"
        elif certificate.expires - now < EXPIRY_DAYS * 86400:
            day = datetime.fromtimestamp(certificate.expires, UTC).strftime("%Y-%m-%d")
            yield f"{certificate.name}: its certificate ends on {day}"
