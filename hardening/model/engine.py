"""The Docker engine's own documents, as far as they are used. Field names are the engine API's, in snake case.

Unknown fields are ignored, so a newer engine is no error; a field listed here that the engine leaves out has the
engine's own meaning of absence (off, empty). Environment values never enter: the collector keeps names only.
"""

from msgspec import Struct, field


class Mount(Struct, frozen=True, rename="pascal"):
    """One mount of a container.

    `reaches` is no field of the engine's: the names that the node has for what the kernel shows there, whatever link,
    volume option or other mount leads to it, the widest mount's first; empty where the kernel does not tell.
    """

    type: str = ""
    source: str = ""
    destination: str = ""
    rw: bool = field(default=False, name="RW")
    propagation: str = ""
    reaches: tuple[str, ...] = ()


class ContainerRestartPolicy(Struct, frozen=True, rename="pascal"):
    """When the engine itself starts a plain container again; tasks of a service have the service's policy instead."""

    name: str = ""
    maximum_retry_count: int = 0


class Ulimit(Struct, frozen=True, rename="pascal"):
    """A resource limit; -1 is without limit."""

    name: str
    soft: int = 0
    hard: int = 0


class LogOptions(Struct, frozen=True, rename="pascal"):
    """How much of a log is kept; other options of drivers may hold tokens."""

    max_size: str = field(default="", name="max-size")


class LogConfig(Struct, frozen=True, rename="pascal"):
    """Where a container's output goes."""

    type: str = ""
    config: LogOptions | None = None


class HostConfig(Struct, frozen=True, rename="pascal"):
    """What a container was created with on the host's side.

    `masked_paths` are those of /proc and /sys that the engine hides, `readonly_paths` those that it lets nobody write;
    None where it does not tell, and empty where somebody asked for all of them. `device_requests` are devices that a
    driver hands out, such as graphics cards.
    """

    privileged: bool = False
    readonly_rootfs: bool = False
    cap_add: tuple[str, ...] | None = None
    cap_drop: tuple[str, ...] | None = None
    security_opt: tuple[str, ...] | None = None
    runtime: str = ""
    network_mode: str = ""
    pid_mode: str = ""
    ipc_mode: str = ""
    uts_mode: str = field(default="", name="UTSMode")
    userns_mode: str = ""
    cgroupns_mode: str = ""
    cgroup_parent: str = ""
    memory: int = 0
    nano_cpus: int = 0
    cpu_quota: int = 0
    cpu_shares: int = 0
    pids_limit: int | None = None
    restart_policy: ContainerRestartPolicy | None = None
    log_config: LogConfig | None = None
    devices: tuple[dict[str, object], ...] | None = None
    device_cgroup_rules: tuple[str, ...] | None = None
    device_requests: tuple[dict[str, object], ...] | None = None
    masked_paths: tuple[str, ...] | None = None
    readonly_paths: tuple[str, ...] | None = None
    sysctls: dict[str, str] | None = None
    ulimits: tuple[Ulimit, ...] | None = None


class ContainerConfig(Struct, frozen=True, rename="pascal"):
    """What a container runs. `env` holds names only; `healthcheck` is the image's or the service's own.

    `env_secrets` is no field of the engine's: the variables among them whose value looks like a secret.
    """

    image: str = ""
    user: str = ""
    labels: dict[str, str] | None = None
    env: tuple[str, ...] | None = None
    env_secrets: tuple[str, ...] = ()
    healthcheck: dict[str, object] | None = None


class PortBinding(Struct, frozen=True, rename="pascal"):
    """A host port that leads into a container."""

    host_ip: str = ""
    host_port: str = ""


class Endpoint(Struct, frozen=True, rename="pascal"):
    """A container's place on a network."""

    network_id: str = field(default="", name="NetworkID")


class NetworkSettings(Struct, frozen=True, rename="pascal"):
    """How a container is connected; `networks` by name."""

    networks: dict[str, Endpoint] | None = None
    ports: dict[str, tuple[PortBinding, ...] | None] | None = None


class Health(Struct, frozen=True, rename="pascal"):
    """What the health check says: starting, healthy, unhealthy."""

    status: str = ""
    failing_streak: int = 0


class ContainerState(Struct, frozen=True, rename="pascal"):
    """Whether a container runs; `health` is None where no health check is defined."""

    status: str = ""
    pid: int = 0
    health: Health | None = None


class Inspect(Struct, frozen=True, rename="pascal"):
    """`GET /containers/{id}/json`."""

    id: str
    name: str
    image: str
    created: str
    state: ContainerState
    config: ContainerConfig
    host_config: HostConfig
    app_armor_profile: str = ""
    mounts: tuple[Mount, ...] = ()
    network_settings: NetworkSettings = NetworkSettings()
    restart_count: int = 0


class Subnet(Struct, frozen=True, rename="pascal"):
    """Addresses that a network gives to its containers, such as 10.0.1.0/24."""

    subnet: str = ""


class Addresses(Struct, frozen=True, rename="pascal"):
    """Where a network's addresses come from."""

    config: tuple[Subnet, ...] | None = None


class Network(Struct, frozen=True, rename="pascal"):
    """`GET /networks`."""

    id: str
    name: str
    driver: str
    scope: str
    internal: bool = False
    attachable: bool = False
    ingress: bool = False
    options: dict[str, str] | None = None
    labels: dict[str, str] | None = None
    addresses: Addresses | None = field(default=None, name="IPAM")

    @property
    def subnets(self) -> tuple[str, ...]:
        """Its addresses, as networks in CIDR form."""
        return tuple(each.subnet for each in (self.addresses and self.addresses.config) or () if each.subnet)


class Image(Struct, frozen=True, rename="pascal"):
    """`GET /images/json`."""

    id: str
    repo_tags: tuple[str, ...] | None = None
    repo_digests: tuple[str, ...] | None = None
    created: int = 0
    size: int = 0


class RegistryConfig(Struct, frozen=True, rename="pascal"):
    """Registries the engine treats specially."""

    insecure_registry_cidrs: tuple[str, ...] | None = field(default=None, name="InsecureRegistryCIDRs")


class SwarmState(Struct, frozen=True, rename="pascal"):
    """The swarm as one engine sees it."""

    node_id: str = field(default="", name="NodeID")
    node_addr: str = ""
    local_node_state: str = "inactive"
    control_available: bool = False
    error: str = ""


class EngineInfo(Struct, frozen=True, rename="pascal"):
    """`GET /info`."""

    server_version: str
    driver: str
    docker_root_dir: str
    security_options: tuple[str, ...] | None = None
    default_runtime: str = ""
    runtimes: dict[str, dict[str, object]] | None = None
    cgroup_version: str = ""
    live_restore_enabled: bool = False
    logging_driver: str = ""
    experimental_build: bool = False
    registry_config: RegistryConfig | None = None
    swarm: SwarmState = SwarmState()
    warnings: tuple[str, ...] | None = None
