"""Which fields of the engine's documents are asked for: exactly those that the model names."""

import msgspec
from msgspec import inspect

from hardening.model.engine import EngineInfo, Image, Inspect, Network
from hardening.model.swarm import Cluster, Service, Stored, SwarmNode, Task

Shape = bool | list["Shape"] | dict[str, "Shape"]
"""Fields and their shapes; `{"*": shape}` for any field; `[shape]` for every item; True for a whole value."""

_DOCUMENTS: dict[str, type[msgspec.Struct]] = {
    "info": EngineInfo,
    "inspect": Inspect,
    "network": Network,
    "image": Image,
    "cluster": Cluster,
    "node": SwarmNode,
    "service": Service,
    "task": Task,
    "stored": Stored,
}


def shapes() -> dict[str, Shape]:
    """Shape of each of the engine's documents, by the names that the collector knows them by."""
    return {name: shape_of(document) for name, document in _DOCUMENTS.items()}


def shape_of(kind: type[msgspec.Struct]) -> Shape:
    """The shape of a document that is decoded into `kind`."""
    return _shape(inspect.type_info(kind))


def _shape(kind: inspect.Type) -> Shape:
    match kind:
        case inspect.StructType(fields=fields):
            return {field.encode_name: _shape(field.type) for field in fields}
        case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
            return [_shape(item)]
        case inspect.DictType(value_type=value):
            inner = _shape(value)
            return inner if inner is True else {"*": inner}
        case inspect.UnionType(types=types):
            (some,) = (each for each in types if not isinstance(each, inspect.NoneType))
            return _shape(some)
        case _:
            return True
