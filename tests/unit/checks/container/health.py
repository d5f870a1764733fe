from hardening.model.engine import ContainerState, Health
from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import inspect, with_container

CASES = (
    passes("healthy", with_container()),
    fails("unhealthy", with_container(inspect(health=Health("unhealthy", 4))), says="unhealthy"),
    fails("no check", with_container(inspect(health=None)), says="no health check"),
    fails("switched off", with_container(inspect(health=Health("none")))),
    fails("paused", with_container(inspect(state=ContainerState("paused", 4242, Health("healthy")))), says="paused"),
    unknown("not looked at yet", with_container(inspect(health=Health("starting")))),
)
