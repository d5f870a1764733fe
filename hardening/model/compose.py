"""A Compose file as `docker stack deploy` takes it: the keys that Swarm honours, and ours.

Keys that the engine would drop without a word are not listed, so they are errors here. Values this program does not
read are typed only as far as the engine needs them to be.
"""

from msgspec import Struct, field

from .stack import GeneratedSecret, ServiceHarden, StackHarden

Text = str | int | float | bool | None
Words = str | tuple[str, ...]
Settings = dict[str, Text] | tuple[str, ...]


class ComposeSecretUse(Struct, frozen=True, forbid_unknown_fields=True):
    """A service's use of a secret or config: where it appears, and as whose."""

    source: str
    target: str = ""
    uid: str = "0"
    gid: str = "0"
    mode: int = 0o444


class ComposePort(Struct, frozen=True, forbid_unknown_fields=True):
    """A published port in the long form."""

    target: int
    published: int | str = 0
    protocol: str = "tcp"
    mode: str = "ingress"


class ComposeDeploy(Struct, frozen=True, forbid_unknown_fields=True):
    """How a service is spread and replaced."""

    mode: str = "replicated"
    replicas: int | None = None
    endpoint_mode: str = "vip"
    labels: Settings = {}
    placement: dict[str, object] = {}
    resources: dict[str, object] = {}
    restart_policy: dict[str, object] = {}
    update_config: dict[str, object] = {}
    rollback_config: dict[str, object] = {}


class ComposeService(Struct, frozen=True, forbid_unknown_fields=True):
    """A service."""

    image: str
    harden: ServiceHarden | None = field(default=None, name="x-harden")
    cap_add: tuple[str, ...] = ()
    cap_drop: tuple[str, ...] = ()
    command: Words = ()
    configs: tuple[str | ComposeSecretUse, ...] = ()
    credential_spec: dict[str, str] = {}
    deploy: ComposeDeploy = ComposeDeploy()
    dns: Words = ()
    dns_search: Words = ()
    entrypoint: Words = ()
    env_file: Words = ()
    environment: Settings = {}
    extra_hosts: Settings = {}
    healthcheck: dict[str, object] = {}
    hostname: str = ""
    init: bool = False
    isolation: str = ""
    labels: Settings = {}
    logging: dict[str, object] = {}
    networks: tuple[str, ...] | dict[str, dict[str, object] | None] = ()
    ports: tuple[str | int | ComposePort, ...] = ()
    read_only: bool = False
    secrets: tuple[str | ComposeSecretUse, ...] = ()
    stdin_open: bool = False
    stop_grace_period: str = ""
    stop_signal: str = ""
    sysctls: Settings = {}
    tty: bool = False
    ulimits: dict[str, int | dict[str, int]] = {}
    user: str = ""
    volumes: tuple[str | dict[str, object], ...] = ()
    working_dir: str = ""


class ComposeSecret(Struct, frozen=True, forbid_unknown_fields=True):
    """A top-level secret: the user's own, or one that harden makes."""

    harden: GeneratedSecret | None = field(default=None, name="x-harden")
    external: bool = False
    file: str = ""
    name: str = ""
    labels: Settings = {}
    driver: str = ""


class ComposeFile(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    services: dict[str, ComposeService]
    version: str = ""
    name: str = ""
    harden: StackHarden = field(default=StackHarden(), name="x-harden")
    networks: dict[str, dict[str, object] | None] = {}
    volumes: dict[str, dict[str, object] | None] = {}
    secrets: dict[str, ComposeSecret] = {}
    configs: dict[str, dict[str, object]] = {}


DROPPED_BY_SWARM = frozenset(
    {
        "build", "cgroup_parent", "container_name", "depends_on", "devices", "domainname", "external_links", "ipc",
        "links", "mac_address", "network_mode", "pid", "privileged", "restart", "security_opt", "shm_size", "tmpfs",
        "userns_mode",
    }
)  # fmt: skip
"""Service keys of Compose that Swarm ignores (docker/cli, `cli/compose/types`); some weaken, some only look safe."""
