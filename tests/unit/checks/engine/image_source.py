from typing import Any

from hardening.model.engine import Image
from hardening.model.facts import Facts
from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, manual, passes, unknown
from tests.unit.facts_factory import GONE, IMAGE, IMAGE_ID, cluster, container, engine, inspect, missing, node


def running(
    name: str = IMAGE,
    *digests: str,
    allowed: tuple[str, ...] | None = ("registry:5000",),
    **changes: Any,  # noqa: ANN401
) -> Facts:
    images = Known((Image(IMAGE_ID, repo_digests=digests or (IMAGE,)),))
    one = engine(container(inspect(image_name=name)), **({"images": images} | changes))
    return cluster(node(engine=Known(one)), allowed_registries=allowed)


CASES = (
    passes("from the project's own", running()),
    passes("the default one, by its full name", running("alpine:3", "alpine@sha256:1", allowed=("docker.io",))),
    fails("from another", running("quay.example/web:1", "quay.example/web@sha256:1"), says="quay.example"),
    fails("built on the node", running("web:dev", "<none>@<none>"), says="built or loaded"),
    manual("nothing to compare with", running(allowed=None), says="registry:5000"),
    unknown("images not listed", running(images=missing())),
    unknown("the image is not among them", running(images=Known(()))),
    unknown("the node is gone", GONE),
    inapplicable("nothing runs", cluster(node())),
)
