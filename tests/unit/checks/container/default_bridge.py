from hardening.model.engine import Endpoint
from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import inspect, with_container

CASES = (
    passes("an overlay, though its mode says default", with_container(), says="shop_data"),
    passes("no network", with_container(inspect(networks={"none": Endpoint()}))),
    fails("the bridge", with_container(inspect(networks={"bridge": Endpoint("b")})), says="bridge"),
    unknown("not told", with_container(inspect(networks=None))),
)
