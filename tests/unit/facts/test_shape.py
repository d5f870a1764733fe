"""What is asked of an engine is what the model names."""

from msgspec import Struct, field

from hardening.facts.shape import shape_of, shapes


class Inner(Struct, rename="pascal"):
    kept: str = ""


class Outer(Struct, rename="pascal"):
    id: str = field(name="ID")
    inner: Inner | None = None
    many: tuple[Inner, ...] | None = None
    labels: dict[str, str] | None = None
    ports: dict[str, tuple[Inner, ...] | None] | None = None


def test_a_shape_follows_the_model() -> None:
    assert shape_of(Outer) == {
        "ID": True,
        "Inner": {"Kept": True},
        "Many": [{"Kept": True}],
        "Labels": True,
        "Ports": {"*": [{"Kept": True}]},
    }


def fields(shape: object) -> set[str]:
    match shape:
        case dict():
            return {*shape, *(name for inner in shape.values() for name in fields(inner))}
        case [inner]:
            return fields(inner)
        case _:
            return set()


def test_no_field_that_holds_a_secret_is_asked_for() -> None:
    forbidden = {"JoinTokens", "UnlockKey", "Data", "Log", "DriverConfig", "HttpProxy", "HttpsProxy", "SigningCACert"}
    assert not forbidden & {name for shape in shapes().values() for name in fields(shape)}
