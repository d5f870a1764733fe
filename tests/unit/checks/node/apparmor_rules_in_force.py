import json

from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import POLICY, missing, on_node

WITHOUT_APPARMOR = Known(json.dumps(POLICY | {"profiles": {"web": {"seccomp": "/etc/harden/seccomp/web.json"}}}))

CASES = (
    passes("as in the file", on_node(), says="harden-web: as in the file"),
    fails("other rules", on_node(apparmor_in_force=Known({"harden-web": False})), says="other rules"),
    passes("another project's", on_node(apparmor_in_force=Known({"harden-web": True, "harden-old": False}))),
    unknown("the kernel does not tell", on_node(apparmor_in_force=missing())),
    unknown("a policy that is no JSON", on_node(policy=Known("{")), says="cannot be understood"),
    unknown("loaded, and its file is gone", on_node(apparmor_in_force=Known({})), says="no file to compare"),
    unknown("what is loaded could not be read", on_node(apparmor_profiles=missing())),
    inapplicable("not loaded", on_node(apparmor_profiles=Known({}), apparmor_in_force=Known({})), says="is loaded"),
    inapplicable("a kernel without AppArmor", on_node(policy=WITHOUT_APPARMOR)),
    inapplicable("no policy", on_node(policy=Known(""))),
)
