from hardening.model.engine import Network
from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import missing, on_engine

OPTION = "com.docker.network.bridge.enable_icc"

CASES = (
    passes("off", on_engine()),
    fails("on", on_engine(networks=Known((Network("b", "bridge", "bridge", "local", options={OPTION: "true"}),)))),
    fails("not said", on_engine(networks=Known((Network("b", "bridge", "bridge", "local"),)))),
    unknown("networks not read", on_engine(networks=missing())),
    inapplicable("no bridge", on_engine(networks=Known(()))),
)
