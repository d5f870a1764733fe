"""The door to a Docker engine, through the SDK over a forwarded socket. The only user of `docker`."""

import contextlib
import struct
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any, cast

import docker
import docker.errors
import msgspec
import requests
import requests.exceptions
import urllib3.exceptions

from hardening.errors import FailedError, HostError
from hardening.model.engine import Network
from hardening.model.logs import LogLine
from hardening.model.swarm import Cluster, Service, Stored, SwarmNode, Task

from . import Host, relay

SOCKET = "/run/docker.sock"
SWARM_PORT = 2377
SERVICE_LABEL = "com.docker.swarm.service.name"
QUESTIONS = 5
"""How often a manager is asked what it does not find time to answer."""
_PAUSE_SECONDS = 2.0
_NO_TIME = "context deadline exceeded"


@contextmanager
def engine(host: Host, *, timeout: int = 120) -> Generator["Engine"]:
    """A connected engine client; its calls raise FailedError with the engine's own words, HostError when it is gone."""
    with relay.of_root(host, SOCKET) as socket, host.forward(socket) as path:
        try:
            client = _Client(base_url=f"unix://{path}", version="auto", timeout=timeout)
        except docker.errors.DockerException as error:
            raise HostError(host.node.name, f"the engine does not answer: {error}", "systemctl status docker") from None
        try:
            with _said_by(host.node.name):
                yield Engine(client)
        finally:
            client.close()


class _Client(docker.APIClient):
    """Asks again where a manager gave up on a question: it does after seconds of its own, when it has much to do."""

    def get(self, url: str | bytes, **options: Any) -> requests.Response:  # noqa: ANN401 - as requests has it
        for left in reversed(range(QUESTIONS)):
            response = super().get(url, **options)
            if not left or response.status_code < requests.codes.server_error or _NO_TIME not in response.text:
                break
            time.sleep(_PAUSE_SECONDS)
        return response


@contextmanager
def _said_by(node: str) -> Generator[None]:
    try:
        yield
    except docker.errors.APIError as error:
        raise FailedError(f"{node}: the engine refused: {error.explanation or error}") from None
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, struct.error) as error:
        raise HostError(node, f"the engine stopped answering: {type(error).__name__}") from None


class Engine:
    """What a deploy asks of an engine. Answers are decoded into the model."""

    def __init__(self, client: docker.APIClient) -> None:
        self._client = client

    def init_swarm(
        self, address: str, *, autolock: bool, cert_expiry: int, heartbeat: int, pool: tuple[str, ...] = ()
    ) -> None:
        """Found a swarm that listens, announces itself and carries data on `address`. Times in nanoseconds.

        Overlay networks get their addresses from `pool`, of Docker's choice when it is empty.
        """
        spec = self._client.create_swarm_spec(
            autolock_managers=autolock, node_cert_expiry=cert_expiry, dispatcher_heartbeat_period=heartbeat
        )
        self._client.init_swarm(
            advertise_addr=address,
            listen_addr=f"{address}:{SWARM_PORT}",
            data_path_addr=address,
            swarm_spec=spec,
            default_addr_pool=list(pool) or None,
        )

    def configure_swarm(self, *, autolock: bool, cert_expiry: int, heartbeat: int) -> None:
        """Change autolock, the life of node certificates and the heartbeat's period. Times in nanoseconds."""
        present = self._client.inspect_swarm()
        spec: dict[str, Any] = present["Spec"]
        spec.setdefault("EncryptionConfig", {})["AutoLockManagers"] = autolock
        spec.setdefault("CAConfig", {})["NodeCertExpiry"] = cert_expiry
        spec.setdefault("Dispatcher", {})["HeartbeatPeriod"] = heartbeat
        self._client.update_swarm(version=present["Version"]["Index"], swarm_spec=spec)

    def join_swarm(self, manager_address: str, token: str, address: str) -> None:
        """Join the swarm of a manager."""
        self._client.join_swarm(
            remote_addrs=[f"{manager_address}:{SWARM_PORT}"],
            join_token=token,
            listen_addr=f"{address}:{SWARM_PORT}",
            advertise_addr=address,
            data_path_addr=address,
        )

    def join_token(self, *, manager: bool) -> str:
        """The secret word that lets a machine join."""
        return str(self._client.inspect_swarm()["JoinTokens"]["Manager" if manager else "Worker"])

    def unlock_key(self) -> str:
        """The key that opens a restarted manager; empty without autolock."""
        return str(self._client.get_unlock_key().get("UnlockKey", ""))

    def unlock(self, key: str) -> None:
        """Open a restarted manager."""
        self._client.unlock_swarm(key)

    def swarm_state(self) -> str:
        """`inactive`, `pending`, `active`, `locked` or `error`."""
        return str(self._client.info()["Swarm"]["LocalNodeState"])

    def node_id(self) -> str:
        """This engine's id in its swarm."""
        return str(self._client.info()["Swarm"]["NodeID"])

    def cluster(self) -> Cluster:
        """The swarm's settings."""
        return msgspec.convert(self._client.inspect_swarm(), Cluster)

    def nodes(self) -> tuple[SwarmNode, ...]:
        """The swarm's members."""
        return msgspec.convert(self._client.nodes(), tuple[SwarmNode, ...])

    def describe_node(self, node_id: str, *, manager: bool, labels: Mapping[str, str]) -> None:
        """Set a member's role and add labels to those it has."""
        present = self._client.inspect_node(node_id)
        spec: dict[str, Any] = present["Spec"]
        spec["Role"] = "manager" if manager else "worker"
        spec["Labels"] = {**(spec.get("Labels") or {}), **labels}
        self._client.update_node(node_id, present["Version"]["Index"], cast("Any", spec))

    def pull(self, reference: str) -> None:
        """Bring an image, by digest, to this engine."""
        for line in self._client.pull(reference, stream=True, decode=True):
            if error := line.get("error"):
                raise docker.errors.APIError(str(error))

    def save(self, reference: str, into: IO[bytes]) -> str:
        """Write an image's archive, as `docker save` does; returns its digest or, where it has none, its id."""
        about: dict[str, Any] = self._client.inspect_image(reference)  # type: ignore[no-untyped-call]
        for part in self._client.get_image(reference):
            into.write(part)
        digests: list[str] = about.get("RepoDigests") or []
        return digests[0].partition("@")[2] if digests else str(about["Id"])

    def secrets(self) -> tuple[Stored, ...]:
        """Names and labels of the swarm's secrets."""
        return msgspec.convert(self._client.secrets(), tuple[Stored, ...])

    def create_secret(self, name: str, value: bytes, labels: Mapping[str, str]) -> None:
        """Give the swarm a secret."""
        self._client.create_secret(name, value, labels=dict(labels))

    def remove_secret(self, secret_id: str) -> None:
        """Take a secret away that no service uses."""
        self._client.remove_secret(secret_id)

    def services(self, namespace_label: str, stack: str) -> tuple[Service, ...]:
        """The services of a stack."""
        return msgspec.convert(self._labelled(self._client.services, namespace_label, stack), tuple[Service, ...])

    def tasks(self, namespace_label: str, stack: str) -> tuple[Task, ...]:
        """The tasks of a stack, finished ones included, as long as the swarm keeps them."""
        return msgspec.convert(self._labelled(self._client.tasks, namespace_label, stack), tuple[Task, ...])

    def overlays(self, namespace_label: str, stack: str) -> tuple[Network, ...]:
        """The overlay networks of a stack."""
        found = self._client.networks(filters={"label": f"{namespace_label}={stack}", "driver": "overlay"})
        return msgspec.convert(found, tuple[Network, ...])

    def networks(self) -> tuple[Network, ...]:
        """Every network that this engine knows; a manager's knows the swarm's."""
        return msgspec.convert(self._client.networks(), tuple[Network, ...])

    def announced(self, network: str) -> set[str]:
        """Ids of the tasks that an overlay network has names for; none where this engine has no task on it."""
        try:
            found = self._client.inspect_network(network, verbose=True)
        except docker.errors.NotFound:
            return set()
        services = (found.get("Services") or {}).values()
        return {str(task["Name"]).rpartition(".")[2] for service in services for task in service["Tasks"] or ()}

    def task_template(self, service: str) -> dict[str, Any]:
        """What a service's tasks are made from, in the engine's own words. Not to be shown: it has the environment."""
        inspect: Callable[..., dict[str, Any]] = self._client.inspect_service
        template: dict[str, Any] = inspect(service)["Spec"]["TaskTemplate"]
        return template

    def create_service(self, name: str, template: dict[str, Any]) -> None:
        """Start one task of a template as a service of its own that publishes nothing."""
        create: Callable[..., object] = self._client.create_service
        create(template, name=name, mode={"Replicated": {"Replicas": 1}}, endpoint_spec={"Mode": "dnsrr"})

    def remove_service(self, name: str) -> None:
        """Remove a service; one that does not exist is fine."""
        remove: Callable[..., object] = self._client.remove_service
        with contextlib.suppress(docker.errors.NotFound):
            remove(name)

    def task_states(self, service: str) -> tuple[tuple[str, str], ...]:
        """(state, error) of a service's tasks."""
        listing: Callable[..., list[dict[str, Any]]] = self._client.tasks
        tasks = listing(filters={"service": service})
        return tuple((str(each["Status"]["State"]), str(each["Status"].get("Err", ""))) for each in tasks)

    def task_addresses(self, service: str) -> tuple[str, ...]:
        """IPv4 addresses of a service's running tasks on its overlay networks."""
        listing: Callable[..., list[dict[str, Any]]] = self._client.tasks
        tasks = listing(filters={"service": service, "desired-state": "running"})
        attached = [each for task in tasks for each in task.get("NetworksAttachments") or ()]
        return tuple(str(address).partition("/")[0] for each in attached for address in each.get("Addresses") or ())

    def every_service(self) -> tuple[Service, ...]:
        """All services of the swarm."""
        listing: Callable[..., list[dict[str, Any]]] = self._client.services
        return msgspec.convert([_without_env(each) for each in listing()], tuple[Service, ...])

    def tasks_of(self, service_id: str) -> tuple[Task, ...]:
        """The tasks of one service, as `tasks`."""
        listing: Callable[..., list[dict[str, Any]]] = self._client.tasks
        found = listing(filters={"service": service_id})
        return msgspec.convert([_without_env(each) for each in found], tuple[Task, ...])

    def logs(self, service_id: str, *, follow: bool, since: int, tail: int | None) -> Iterator[LogLine]:
        """What a service's tasks wrote; with `follow`, for as long as the engine answers.

        Args:
            service_id: of the service.
            follow: wait for more.
            since: seconds since the epoch; 0 for all.
            tail: the last lines of each task only; None for all.
        """
        entries = self._client.service_logs(
            service_id,
            details=True,
            follow=follow,
            stdout=True,
            stderr=True,
            since=since,
            timestamps=True,
            tail="all" if tail is None else str(tail),
        )
        for entry in entries:
            yield _log_line(entry.decode("utf-8", "replace"))

    def containers(self, label: str, value: str) -> tuple[str, ...]:
        """Ids of this engine's containers with a label, stopped ones included."""
        found = self._client.containers(all=True, filters={"label": f"{label}={value}"})
        return tuple(str(each["Id"]) for each in found)

    def network_names(self, label: str, value: str) -> tuple[str, ...]:
        """Networks with a label."""
        return tuple(str(each["Name"]) for each in self._client.networks(filters={"label": f"{label}={value}"}))

    def volume_names(self, label: str, value: str) -> tuple[str, ...]:
        """This engine's volumes with a label."""
        found = self._client.volumes(filters={"label": f"{label}={value}"})["Volumes"]
        return tuple(sorted(str(each["Name"]) for each in found or ()))

    def remove_volume(self, name: str) -> None:
        """Remove a volume with its data; one that is gone already is fine."""
        try:
            self._client.remove_volume(name)
        except docker.errors.NotFound:
            return

    def leave_swarm(self) -> None:
        """Leave the swarm, whatever becomes of it; an engine that is in none is fine."""
        if self.swarm_state() != "inactive":
            self._client.leave_swarm(force=True)

    def running_tasks(self, namespace_label: str, stack: str) -> tuple[tuple[str, str], ...]:
        """(service, container id) of each running task of a stack on this engine; needs no manager."""
        found = self._client.containers(filters={"label": f"{namespace_label}={stack}"})
        return tuple((str(each["Labels"].get(SERVICE_LABEL, "")), str(each["Id"])) for each in found)

    def _labelled(self, listing: Callable[..., list[dict[str, Any]]], label: str, value: str) -> list[dict[str, Any]]:
        return [_without_env(each) for each in listing(filters={"label": f"{label}={value}"})]


def _log_line(entry: str) -> LogLine:
    """`TIME com.docker.swarm.node.id=…,com.docker.swarm.task.id=… TEXT`, as the engine writes it when asked for all."""
    time, _, rest = entry.partition(" ")
    details, _, text = rest.partition(" ")
    known = dict(pair.partition("=")[::2] for pair in details.split(","))
    node, task = (known.get(f"com.docker.swarm.{kind}.id", "") for kind in ("node", "task"))
    return LogLine(time, node, task, text.rstrip("\r\n"))


def _without_env(document: dict[str, Any]) -> dict[str, Any]:
    """A service or task whose environment is reduced to names."""
    spec = document.get("Spec", {})
    container = spec.get("TaskTemplate", spec).get("ContainerSpec", {})
    if container.get("Env"):
        container["Env"] = [entry.partition("=")[0] for entry in container["Env"]]
    return document
