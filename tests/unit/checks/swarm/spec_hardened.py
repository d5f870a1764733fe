from msgspec.structs import replace

from hardening.model.engine import Network
from hardening.model.swarm import Privileges, ServiceMount
from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import in_swarm, service, stored, with_service

SOCKET = "/var/run/docker.sock"
LABELLED = service(spec=replace(service().spec, labels={"users": "admin:<redacted>"}))
HOST = Network("h1", "host", "host", "local")
ON_HOST = service(networks=({"Target": "h1"},))

CASES = (
    passes("all three", in_swarm()),
    passes("with the prefix of newer engines", with_service(capability_drop=("CAP_ALL",))),
    fails("nobody named", with_service(user=""), says="no user"),
    fails("root", with_service(user="0:0"), says="user 0:0 is root"),
    fails("root in another group", with_service(user="0:999"), says="user 0:999 is root"),
    fails("root by a long number", with_service(user="00"), says="root"),
    fails("root by name", with_service(user="root:users"), says="root"),
    fails("writable", with_service(read_only=False), says="writable"),
    fails("capabilities", with_service(capability_drop=("NET_RAW",)), says="capabilities"),
    passes("a capability that is harmless", with_service(capability_add=("CAP_NET_BIND_SERVICE",))),
    fails("a capability", with_service(capability_add=("CAP_SYS_ADMIN",)), says="asks for SYS_ADMIN"),
    fails("the engine's socket", with_service(mounts=(ServiceMount("bind", SOCKET, "/s"),)), says=f"mounts {SOCKET}"),
    passes("a volume", with_service(mounts=(ServiceMount("volume", "etc", "/data"),))),
    fails("no AppArmor", with_service(privileges=Privileges(app_armor={"Mode": "disabled"})), says="AppArmor is"),
    fails("no seccomp", with_service(privileges=Privileges(seccomp={"Mode": "unconfined"})), says="seccomp is"),
    passes("as by default", with_service(privileges=Privileges(seccomp={"Mode": "default"}))),
    fails("a password", with_service(env=("PATH", "DB_PASSWORD")), says="DB_PASSWORD"),
    fails("an address with a login", with_service(env_secrets=("DB_URL",)), says="secrets: DB_URL"),
    fails("a password as an argument", with_service(args=("--password", "<redacted>")), says="among its arguments"),
    fails("a password in a label", in_swarm(services=(LABELLED,)), says="labels that hold secrets: users"),
    fails("a key in a config", in_swarm(configs=(stored("shop_conf_1", "k1", holds_secret=True),)), says="shop_conf_1"),
    passes("a key in a config of others", in_swarm(configs=(stored("other", "k9", holds_secret=True),))),
    fails("the node's network", with_service(networks=({"Target": "host"},)), says="own network"),
    fails("by its id", in_swarm(services=(ON_HOST,), networks=(HOST,)), says="own network"),
    fails("though no task runs", in_swarm(services=(service(env=("DB_PASSWORD",)),), tasks=()), says="DB_PASSWORD"),
    unknown("not told", with_service(container_spec=None)),
)
