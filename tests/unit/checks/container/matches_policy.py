import json

from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import (
    POLICY,
    cluster,
    container,
    missing,
    node,
    plain_inspect,
    process,
    with_container,
)

UNDEFINED = Known(json.dumps(POLICY | {"profiles": {}}))
WITHOUT_APPARMOR = Known(json.dumps(POLICY | {"profiles": {"web": {"seccomp": "/etc/harden/seccomp/web.json"}}}))

CASES = (
    passes("as the policy says", with_container()),
    passes("a plain container, by its label", with_container(plain_inspect(labels={"harden.profile": "web"}))),
    fails("the engine's profile instead", with_container(None, process(apparmor=Known("docker-default (enforce)")))),
    fails("its profile, but complaining", with_container(None, process(apparmor=Known("harden-web (complain)")))),
    fails("privileges may be gained", with_container(None, process(no_new_privileges=False)), says="may gain"),
    fails("an exec that escaped", with_container(None, process(), process(command="sh", apparmor=Known("unconfined")))),
    fails("a role without a profile", cluster(node(container(), policy=UNDEFINED)), says="does not define"),
    passes(
        "a kernel without AppArmor",
        cluster(node(container(None, process(apparmor=missing())), policy=WITHOUT_APPARMOR)),
        says="no new privileges",
    ),
    fails(
        "privileges may be gained, without AppArmor",
        cluster(node(container(None, process(apparmor=missing(), no_new_privileges=False)), policy=WITHOUT_APPARMOR)),
        says="may gain",
    ),
    unknown("the policy could not be read", cluster(node(container(), policy=missing()))),
    unknown("a label could not be read", with_container(None, process(apparmor=missing()))),
    inapplicable("not named", with_container(plain_inspect())),
    inapplicable("no policy", cluster(node(container(), policy=Known("")))),
)
