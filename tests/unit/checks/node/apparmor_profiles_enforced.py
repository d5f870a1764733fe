from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import missing, on_node

CASES = (
    passes("loaded and enforced", on_node(), says="harden-web: enforce"),
    fails("in complain mode", on_node(apparmor_profiles=Known({"harden-web": "complain"})), says="complain"),
    fails("not loaded", on_node(apparmor_profiles=Known({})), says="not loaded"),
    unknown("profiles could not be read", on_node(apparmor_profiles=missing())),
    unknown("a policy that is no JSON", on_node(policy=Known("{")), says="cannot be understood"),
    inapplicable("no policy", on_node(policy=Known(""))),
)
