from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import (
    cluster,
    container,
    inspect,
    missing,
    node,
    plain_inspect,
    with_container,
    with_service,
)

CASES = (
    passes("as asked for", with_container()),
    fails("another image", with_service(image="registry:5000/web@sha256:" + "f" * 64), says="image"),
    fails("another user", with_container(inspect(user="root")), says="user: asked 10001:10001, found root"),
    fails("a capability more", with_container(inspect(cap_add=("CAP_SYS_ADMIN",))), says="SYS_ADMIN"),
    fails("none dropped", with_container(inspect(cap_drop=None)), says="dropped"),
    fails("the root is writable in the kernel", with_container(root_read_only=Known(value=False)), says="read-only"),
    fails("another memory limit", with_container(inspect(memory=1)), says="memory"),
    fails("no process limit", with_container(inspect(pids_limit=None)), says="process limit"),
    fails("another CPU limit", with_container(inspect(nano_cpus=0)), says="CPU"),
    unknown("the mount table could not be read", with_container(root_read_only=missing())),
    unknown("the swarm could not be asked", cluster(node(container(), swarm=missing()))),
    unknown("the swarm does not tell", with_service(container_spec=None)),
    inapplicable("a plain container", with_container(plain_inspect())),
)
