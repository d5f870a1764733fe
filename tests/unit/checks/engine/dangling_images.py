from hardening.model.engine import Image
from hardening.model.known import Known
from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import missing, on_engine

NAMELESS = tuple(Image(f"sha256:{n}", ("<none>:<none>",), ("<none>@<none>",)) for n in range(11))

CASES = (
    passes("all named", on_engine()),
    passes("a few left over", on_engine(images=Known(NAMELESS[:10]))),
    fails("many left over", on_engine(images=Known(NAMELESS)), says="11 of 11"),
    unknown("images not read", on_engine(images=missing())),
)
