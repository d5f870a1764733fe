import json

from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import POLICY, missing, on_node

WITHOUT_APPARMOR = Known(json.dumps(POLICY | {"profiles": {"web": {"seccomp": "/etc/harden/seccomp/web.json"}}}))

CASES = (
    passes("loaded and enforced", on_node(), says="harden-web: enforce"),
    fails("in complain mode", on_node(apparmor_profiles=Known({"harden-web": "complain"})), says="complain"),
    fails(
        "the engine's own in complain mode",
        on_node(apparmor_profiles=Known({"harden-web": "enforce", "docker-default": "complain"})),
        says="docker-default: complain",
    ),
    passes("the engine's own not loaded yet", on_node(apparmor_profiles=Known({"harden-web": "enforce"}))),
    fails("not loaded", on_node(apparmor_profiles=Known({})), says="not loaded"),
    unknown("profiles could not be read", on_node(apparmor_profiles=missing())),
    unknown("a policy that is no JSON", on_node(policy=Known("{")), says="cannot be understood"),
    inapplicable("a kernel without AppArmor", on_node(policy=WITHOUT_APPARMOR)),
    inapplicable("no policy", on_node(policy=Known(""))),
)
