"""The swarm's own documents, as far as they are used (`GET /swarm`, `/nodes`, `/services`, `/tasks`, `/secrets`).

Join tokens, secret and config contents and environment values never enter.
"""

from msgspec import Struct, field


class Version(Struct, frozen=True, rename="pascal"):
    """The counter a change must quote."""

    index: int


class CaConfig(Struct, frozen=True, rename="pascal"):
    """How node certificates are issued. `node_cert_expiry` is in nanoseconds."""

    node_cert_expiry: int = 0


class EncryptionConfig(Struct, frozen=True, rename="pascal"):
    """Whether managers need a key after a restart."""

    auto_lock_managers: bool = False


class DispatcherConfig(Struct, frozen=True, rename="pascal"):
    """How nodes keep in touch. `heartbeat_period` is in nanoseconds."""

    heartbeat_period: int = 0


class SwarmSpec(Struct, frozen=True, rename="pascal"):
    """The swarm's settings."""

    ca_config: CaConfig = field(default=CaConfig(), name="CAConfig")
    encryption_config: EncryptionConfig = EncryptionConfig()
    dispatcher: DispatcherConfig = DispatcherConfig()


class TlsInfo(Struct, frozen=True, rename="pascal"):
    """The swarm's certificate authority; `trust_root` is its certificate in PEM."""

    trust_root: str = ""


class Cluster(Struct, frozen=True, rename="pascal"):
    """`GET /swarm` without its join tokens. `updated_at` is the last change of any part of it."""

    id: str = field(name="ID")
    version: Version
    created_at: str
    spec: SwarmSpec
    updated_at: str = ""
    tls_info: TlsInfo = field(default=TlsInfo(), name="TLSInfo")
    root_rotation_in_progress: bool = False
    data_path_port: int = 0


class SwarmNodeSpec(Struct, frozen=True, rename="pascal"):
    """A node's settings."""

    role: str
    availability: str
    labels: dict[str, str] | None = None


class SwarmNodeDescription(Struct, frozen=True, rename="pascal"):
    """What a node says of itself."""

    hostname: str


class SwarmNodeStatus(Struct, frozen=True, rename="pascal"):
    """Whether a node answers."""

    state: str
    addr: str = ""
    message: str = ""


class ManagerStatus(Struct, frozen=True, rename="pascal"):
    """A manager's part in the quorum."""

    reachability: str
    addr: str = ""
    leader: bool = False


class SwarmNode(Struct, frozen=True, rename="pascal"):
    """`GET /nodes`."""

    id: str = field(name="ID")
    version: Version
    spec: SwarmNodeSpec
    description: SwarmNodeDescription
    status: SwarmNodeStatus
    manager_status: ManagerStatus | None = None


class FileTarget(Struct, frozen=True, rename="pascal"):
    """Where a secret or config appears in a container, and as whose."""

    name: str
    uid: str = field(default="0", name="UID")
    gid: str = field(default="0", name="GID")
    mode: int = 0o444


class SecretReference(Struct, frozen=True, rename="pascal"):
    """A secret that a service uses."""

    secret_id: str = field(name="SecretID")
    secret_name: str
    file: FileTarget | None = None


class ConfigReference(Struct, frozen=True, rename="pascal"):
    """A config that a service uses."""

    config_id: str = field(name="ConfigID")
    config_name: str = ""
    file: FileTarget | None = None


class Privileges(Struct, frozen=True, rename="pascal"):
    """Security options of a service (engine API 1.44 and later)."""

    no_new_privileges: bool = False
    seccomp: dict[str, object] | None = None
    app_armor: dict[str, object] | None = None


class ServiceMount(Struct, frozen=True, rename="pascal"):
    """A mount that a service asks for. Its driver's options stay out: they may hold a share's password."""

    type: str = ""
    source: str = ""
    target: str = ""
    read_only: bool = False


class ContainerSpec(Struct, frozen=True, rename="pascal"):
    """What a service's tasks run. `env` holds names only, `env_secrets` those whose value looks like a secret."""

    image: str = ""
    labels: dict[str, str] | None = None
    command: tuple[str, ...] | None = None
    args: tuple[str, ...] | None = None
    user: str = ""
    env: tuple[str, ...] | None = None
    env_secrets: tuple[str, ...] = ()
    read_only: bool = False
    init: bool | None = None
    mounts: tuple[ServiceMount, ...] | None = None
    secrets: tuple[SecretReference, ...] | None = None
    configs: tuple[ConfigReference, ...] | None = None
    capability_add: tuple[str, ...] | None = None
    capability_drop: tuple[str, ...] | None = None
    healthcheck: dict[str, object] | None = None
    privileges: Privileges | None = None
    ulimits: tuple[dict[str, object], ...] | None = None
    sysctls: dict[str, str] | None = None


class Limits(Struct, frozen=True, rename="pascal"):
    """Ceilings of a task: CPU in billionths of a core, memory in bytes."""

    nano_cpus: int = field(default=0, name="NanoCPUs")
    memory_bytes: int = 0
    pids: int = 0


class Resources(Struct, frozen=True, rename="pascal"):
    """Resource settings of a task."""

    limits: Limits | None = None


class Placement(Struct, frozen=True, rename="pascal"):
    """Where tasks may run."""

    constraints: tuple[str, ...] | None = None
    max_replicas: int = 0


class RestartPolicy(Struct, frozen=True, rename="pascal"):
    """When a task is replaced. `delay` and `window` are in nanoseconds; `max_attempts` 0 is without limit."""

    condition: str = "any"
    delay: int = 0
    max_attempts: int = 0
    window: int = 0


class TaskTemplate(Struct, frozen=True, rename="pascal"):
    """What a service's tasks are made from."""

    container_spec: ContainerSpec | None = None
    resources: Resources | None = None
    restart_policy: RestartPolicy | None = None
    placement: Placement | None = None
    networks: tuple[dict[str, object], ...] | None = None
    force_update: int = 0


class PublishedPort(Struct, frozen=True, rename="pascal"):
    """A port the service opens on nodes."""

    target_port: int
    protocol: str = "tcp"
    published_port: int = 0
    publish_mode: str = "ingress"


class EndpointSpec(Struct, frozen=True, rename="pascal"):
    """How a service is reached."""

    mode: str = "vip"
    ports: tuple[PublishedPort, ...] | None = None


class ReplicatedMode(Struct, frozen=True, rename="pascal"):
    """A fixed number of tasks."""

    replicas: int = 1


class ServiceMode(Struct, frozen=True, rename="pascal"):
    """How many tasks: a number, or one on every node."""

    replicated: ReplicatedMode | None = None
    global_: dict[str, object] | None = field(default=None, name="Global")


class ServiceSpec(Struct, frozen=True, rename="pascal"):
    """What was asked for."""

    name: str
    task_template: TaskTemplate
    labels: dict[str, str] | None = None
    mode: ServiceMode = ServiceMode()
    endpoint_spec: EndpointSpec | None = None


class UpdateStatus(Struct, frozen=True, rename="pascal"):
    """How the last change went."""

    state: str = ""
    message: str = ""


class Service(Struct, frozen=True, rename="pascal"):
    """`GET /services`."""

    id: str = field(name="ID")
    version: Version
    created_at: str
    updated_at: str
    spec: ServiceSpec
    update_status: UpdateStatus | None = None


class ContainerStatus(Struct, frozen=True, rename="pascal"):
    """The container behind a task."""

    container_id: str = field(default="", name="ContainerID")
    pid: int = field(default=0, name="PID")
    exit_code: int = 0


class TaskStatus(Struct, frozen=True, rename="pascal"):
    """How far a task came."""

    state: str
    timestamp: str = ""
    message: str = ""
    err: str = ""
    container_status: ContainerStatus | None = None


class Task(Struct, frozen=True, rename="pascal"):
    """`GET /tasks`. `spec` is the template the task was made from, which may be older than the service's."""

    id: str = field(name="ID")
    service_id: str = field(default="", name="ServiceID")
    node_id: str = field(default="", name="NodeID")
    slot: int = 0
    spec: TaskTemplate = TaskTemplate()
    status: TaskStatus = TaskStatus(state="unknown")
    desired_state: str = ""


class StoredSpec(Struct, frozen=True, rename="pascal"):
    """A secret's or config's name and labels, never its contents."""

    name: str
    labels: dict[str, str] | None = None


class Stored(Struct, frozen=True, rename="pascal"):
    """`GET /secrets` or `GET /configs`.

    `holds_secret` is no field of the engine's: whether a config's content holds what looks like a secret.
    """

    id: str = field(name="ID")
    created_at: str
    updated_at: str
    spec: StoredSpec
    holds_secret: bool = False
