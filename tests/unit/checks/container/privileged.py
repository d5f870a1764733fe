from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import GONE, inspect, with_container

CASES = (
    passes("not", with_container()),
    fails("privileged", with_container(inspect(privileged=True))),
    fails("one whose name holds nil", with_container(inspect(name="/vanilla.1.t", privileged=True, labels={}))),
    passes(
        "the engine's masks",
        with_container(inspect(masked_paths=("/proc/asound", "/proc/kcore", "/proc/keys", "/sys/firmware"))),
    ),
    fails(
        "no masks", with_container(inspect(masked_paths=())), says="not masked: /proc/kcore, /proc/keys, /sys/firmware"
    ),
    fails("all but one", with_container(inspect(masked_paths=("/proc/keys", "/sys/firmware"))), says=": /proc/kcore"),
    fails(
        "parameters of the kernel",
        with_container(inspect(readonly_paths=("/proc/bus",))),
        says="not read-only: /proc/sys",
    ),
    passes("read-only as by default", with_container(inspect(readonly_paths=("/proc/sys", "/proc/sysrq-trigger")))),
    unknown("the node is gone", GONE),
)
