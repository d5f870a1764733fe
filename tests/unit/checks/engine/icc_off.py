from hardening.model.engine import Network
from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import missing, on_engine

OPTION = "com.docker.network.bridge.enable_icc"

CASES = (
    passes("off", on_engine()),
    fails("on", on_engine(networks=Known((Network("b", "bridge", "bridge", "local", options={OPTION: "true"}),)))),
    fails("not said", on_engine(networks=Known((Network("b", "bridge", "bridge", "local"),)))),
    fails(
        "off, and not in force", on_engine(warnings=("WARNING: bridge-nf-call-iptables is disabled",)), says="no rule"
    ),
    passes("off, with another warning", on_engine(warnings=("WARNING: No swap limit support",))),
    unknown("networks not read", on_engine(networks=missing())),
    inapplicable("no bridge", on_engine(networks=Known(()))),
)
