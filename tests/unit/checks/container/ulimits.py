from hardening.model.engine import Ulimit
from hardening.model.facts import Facts
from hardening.model.known import Known
from hardening.model.swarm import TaskTemplate
from tests.unit.checks.cases import fails, manual, passes, unknown
from tests.unit.facts_factory import (
    GONE,
    cluster,
    container,
    inspect,
    missing,
    node,
    on_node,
    plain_inspect,
    service,
    settings,
    swarm,
    task,
    with_container,
)

DEFAULT = Ulimit("nofile", 64000, 64000)
CORE = Ulimit("core", 0, 0)
ASKED = ({"Name": "core", "Soft": 0, "Hard": 0},)


def asking(*found: Ulimit) -> Facts:
    of = service()
    spec = of.spec.task_template.container_spec
    assert spec
    template = TaskTemplate(container_spec=type(spec)(image=spec.image, ulimits=ASKED))
    told = swarm(services=(of,), tasks=(task(of, spec=template),))
    return cluster(node(container(inspect(ulimits=found)), swarm=Known(told)))


CASES = (
    passes("none", with_container()),
    passes("the engine's default", with_container(inspect(ulimits=(DEFAULT,))), says="nofile 64000:64000"),
    passes(
        "the engine's default, of its command line",
        cluster(
            node(
                container(inspect(ulimits=(Ulimit("nofile", 1024, 2048),))),
                daemon_config=settings(default_ulimits=None),
                daemon_argv=Known(("dockerd", "--default-ulimit", "nofile=1024:2048")),
            )
        ),
    ),
    passes("as the service asks", asking(DEFAULT, CORE), says="asked for: core 0:0"),
    fails("not as it asks", asking(DEFAULT, Ulimit("core", -1, -1)), says="core -1:-1"),
    fails("lost on the way", asking(DEFAULT), says="missing core 0:0"),
    fails("raised by hand", with_container(inspect(ulimits=(Ulimit("nofile", -1, -1),)))),
    manual("a plain container's own", with_container(plain_inspect(ulimits=(CORE,))), says="core 0:0"),
    unknown("settings not read", on_node(daemon_config=missing())),
    unknown("the node is gone", GONE),
)
