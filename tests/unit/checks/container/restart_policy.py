from hardening.model.engine import ContainerRestartPolicy
from hardening.model.facts import Facts
from hardening.model.swarm import RestartPolicy
from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import (
    cluster,
    container,
    in_swarm,
    inspect,
    missing,
    node,
    plain_inspect,
    service,
    task,
    with_container,
)


def with_policy(policy: RestartPolicy | None) -> Facts:
    changed = service(restart_policy=policy)
    return in_swarm(services=(changed,), tasks=(task(changed),))


def plain(name: str, attempts: int = 0) -> Facts:
    return with_container(plain_inspect(restart_policy=ContainerRestartPolicy(name, attempts)))


CASES = (
    passes("paced", with_policy(RestartPolicy("any", 5 * 10**9))),
    passes("swarm's default", with_policy(None)),
    passes("few attempts", with_policy(RestartPolicy("on-failure", 0, 3))),
    fails("a tight loop", with_policy(RestartPolicy("any", 0)), says="0 s apart"),
    fails("never again", with_policy(RestartPolicy("none", 5 * 10**9)), says="none"),
    fails("a task's, whatever the engine's record says", with_policy(RestartPolicy("any", 10**8))),
    passes("plain: no", plain("no")),
    passes("plain: five times", plain("on-failure", 5), says="on-failure:5"),
    fails("plain: always", plain("always"), says="always"),
    fails("plain: without end", plain("on-failure")),
    unknown("the swarm could not be asked", cluster(node(container(), swarm=missing()))),
    unknown("a task that the swarm forgot", in_swarm(tasks=()), says="does not know its task"),
    passes("outside a swarm", with_container(inspect(labels={}))),
)
