from hardening.model.engine import Image
from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import GONE, IMAGE_ID, inspect, missing, on_engine, plain_inspect, with_container

CASES = (
    passes("the same", on_engine()),
    fails(
        "another",
        on_engine(images=Known((Image(IMAGE_ID, repo_digests=("registry:5000/web@sha256:" + "c" * 64,)),))),
        says="asked for aaaaaaaaaaaa, runs bbbbbbbbbbbb (cccccccccccc)",
    ),
    fails("no digest kept", on_engine(images=Known((Image(IMAGE_ID),)))),
    unknown("not listed", on_engine(images=Known(()))),
    unknown("images not read", on_engine(images=missing())),
    unknown("the node is gone", GONE),
    passes("by its id", with_container(plain_inspect(image_name=IMAGE_ID)), says="by its id"),
    fails(
        "a plain container's tag", with_container(plain_inspect(image_name="web:latest")), says="asked for web:latest"
    ),
    inapplicable("a service's tag", with_container(inspect(image_name="web:1"))),
)
