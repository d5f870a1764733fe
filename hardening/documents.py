"""YAML files a user writes, decoded into typed structures; every complaint names file and line."""

import difflib
import re
from collections.abc import Hashable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

import msgspec
import msgspec.inspect as shapes
import yaml

from .errors import HardenError

T = TypeVar("T")
Position = tuple[str | int, ...]
"""Keys and indexes from the document's root to a value."""

_MOST_VALUES = 200_000
"""Far more than people write; a few lines of aliases upon aliases unfold to more."""
_TAGS = frozenset({*yaml.CSafeLoader.yaml_constructors, "tag:yaml.org,2002:value", "tag:yaml.org,2002:merge"})
"""YAML's own; the last two are those of `=` and `<<`, which are text where a value stands."""
_PLACE = re.compile(r" - at (?:`key` in )?`\$(?P<path>[^`]*)`$")
_STEP = re.compile(r"\.(?P<key>[^.\[]+)|\[(?P<index>\d+)\]|(?P<any>\[\.\.\.\])")
_UNKNOWN_FIELD = re.compile(r"unknown field `(?P<name>[^`]+)`")
_TYPE = re.compile(r"`(?P<names>[a-z]+(?: \| [a-z]+)*)`")
_IN_YAML = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "null": "nothing",
    "array": "a list",
    "object": "a mapping",
    "date": "a date",
}
"""The decoder's names of types -> what a person calls them who writes YAML."""


class Document:
    """A parsed YAML file that remembers on which line each value stands."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.lines: dict[Position, int] = {}
        try:
            node = yaml.compose(text, Loader=yaml.CSafeLoader)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise HardenError(f"{name}:{line}: not valid YAML: {error.problem}") from error
        except yaml.reader.ReaderError as error:
            line = text.encode()[: error.position].count(b"\n") + 1
            raise HardenError(f"{name}:{line}: not valid YAML: {error.reason}") from error
        except RecursionError as error:
            raise HardenError(f"{name}:1: is nested too deep") from error
        self._built = 0
        try:
            self.content = self._build(node, ()) if node else None
        except RecursionError as error:
            raise HardenError(f"{name}:1: is nested too deep, or an alias in it holds itself") from error

    def convert(self, kind: type[T]) -> T:
        """Decode the content into `kind`; a HardenError names the line of what does not fit."""
        try:
            return msgspec.convert(self.content, kind, str_keys=True)
        except msgspec.ValidationError as error:
            raise self._complaint(error, kind) from error

    def error(self, position: Position, message: str, hint: str = "") -> HardenError:
        """A complaint about the value at `position`, or the nearest one above it that has a line."""
        while position and position not in self.lines:
            position = position[:-1]
        return HardenError(f"{self.name}:{self.lines.get(position, 1)}: {message}", hint)

    def _build(self, node: yaml.Node, position: Position) -> object:
        self.lines.setdefault(position, node.start_mark.line + 1)
        self._built += 1
        if self._built > _MOST_VALUES:
            raise HardenError(
                f"{self.name}:{node.start_mark.line + 1}: aliases make more than {_MOST_VALUES} values of it"
            )
        self._demand_known_tag(node)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, position)
        if isinstance(node, yaml.SequenceNode):
            return [self._build(item, (*position, index)) for index, item in enumerate(node.value)]
        return _scalar(node)

    def _demand_known_tag(self, node: yaml.Node) -> None:
        """Refuse what asks for more than YAML's own types, such as another program's `!secret`."""
        if node.tag not in _TAGS:
            tag = node.tag.replace("tag:yaml.org,2002:", "!!")
            raise HardenError(f"{self.name}:{node.start_mark.line + 1}: the tag `{tag}` is not known")

    def _mapping(self, node: yaml.MappingNode, position: Position) -> dict[str, object]:
        built: dict[str, object] = {}
        merged: dict[str, object] = {}
        for key_node, value_node in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                merged |= self._merge(value_node, position)
                continue
            self._demand_known_tag(key_node)
            key = str(_scalar(key_node)) if isinstance(key_node, yaml.ScalarNode) else None
            line = key_node.start_mark.line + 1
            if key is None:
                raise HardenError(f"{self.name}:{line}: a key must be a plain word")
            if key in built:
                raise HardenError(f"{self.name}:{line}: the key `{key}` stands twice")
            self.lines[(*position, key)] = line
            built[key] = self._build(value_node, (*position, key))
        return merged | built

    def _merge(self, node: yaml.Node, position: Position) -> dict[str, object]:
        sources = node.value if isinstance(node, yaml.SequenceNode) else [node]
        merged: dict[str, object] = {}
        for source in reversed(sources):
            value = self._build(source, position)
            if not isinstance(value, dict):
                raise HardenError(f"{self.name}:{source.start_mark.line + 1}: `<<` takes a mapping")
            merged |= value
        return merged

    def _complaint(self, error: msgspec.ValidationError, kind: type[T]) -> HardenError:
        text = str(error)
        place = _PLACE.search(text)
        message = text[: place.start()] if place else text
        position = self._position(place["path"] if place else "", kind)
        if unknown := _UNKNOWN_FIELD.search(message):
            known = sorted({name for shape in _shapes(kind, position) for name in _keys(shape)})
            near = difflib.get_close_matches(unknown["name"], known, n=1)
            hint = f"did you mean `{near[0]}`?" if near else f"known keys are: {', '.join(known)}" if known else ""
            return self.error((*position, unknown["name"]), f"unknown key `{unknown['name']}`", hint)
        hint = ""
        if message.startswith("Invalid enum value"):
            values = [str(value) for shape in _shapes(kind, position) for value in _choices(shape)]
            hint = f"it is one of: {', '.join(values)}"
        if message.startswith("Invalid RFC3339 encoded date"):
            message, hint = f"`{_at(self.content, position)}` is no date", "one is written 2031-05-01"
        said = message[0].lower() + message[1:]
        where = f"`{_dotted(position)}`: " if position else ""
        return self.error(position, where + _TYPE.sub(_in_words, said), hint)

    def _position(self, path: str, kind: type[T]) -> Position:
        position: list[str | int] = []
        for step in _STEP.finditer(path):
            if step["key"]:
                position.append(step["key"])
            elif step["index"]:
                position.append(int(step["index"]))
            else:
                position.append(self._culprit(tuple(position), kind))
        return tuple(position)

    def _culprit(self, position: Position, kind: type[T]) -> str | int:
        """Which entry of a mapping fails: the decoder names only the mapping, so try each entry alone."""
        entries = _at(self.content, position)
        for key in entries if isinstance(entries, Mapping) else ():
            try:
                msgspec.convert(_with_only(self.content, position, key), kind, str_keys=True)
            except msgspec.ValidationError:
                return str(key)
        return ""


def load(path: Path, kind: type[T]) -> T:
    """Read a YAML file into `kind`.

    Raises:
        HardenError: the file is missing, unreadable, not YAML, or does not fit; with file and line.
    """
    return read(path).convert(kind)


def read(path: Path) -> Document:
    """Read a YAML file; see `load`."""
    try:
        return Document(str(path), path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise HardenError(f"{path}: no such file") from error
    except OSError as error:
        raise HardenError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise HardenError(f"{path}: is not UTF-8 text") from error


def _in_words(match: re.Match[str]) -> str:
    names = match["names"].split(" | ")
    return " or ".join(_IN_YAML[name] for name in names) if set(names) <= _IN_YAML.keys() else match[0]


def _dotted(position: Position) -> str:
    """A position as a person writes it: `nodes[0].address`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in position).removeprefix(".")


def _shapes(kind: type[T], position: Position) -> tuple[shapes.Type, ...]:
    """What may stand at a position by the type, each alternative of a union alone."""
    found: tuple[shapes.Type, ...] = tuple(_alternatives(shapes.type_info(kind)))
    for step in position:
        found = tuple(inner for shape in found for next_ in _below(shape, step) for inner in _alternatives(next_))
    return found


def _alternatives(shape: shapes.Type) -> Iterator[shapes.Type]:
    if isinstance(shape, shapes.UnionType):
        yield from shape.types
    else:
        yield shape


def _below(shape: shapes.Type, step: str | int) -> Iterator[shapes.Type]:
    match shape:
        case shapes.StructType(fields=fields):
            yield from (field.type for field in fields if field.encode_name == step)
        case shapes.DictType(value_type=value):
            yield value
        case shapes.VarTupleType(item_type=item) | shapes.ListType(item_type=item):
            yield item


def _keys(shape: shapes.Type) -> tuple[str, ...]:
    return tuple(field.encode_name for field in shape.fields) if isinstance(shape, shapes.StructType) else ()


def _choices(shape: shapes.Type) -> tuple[object, ...]:
    match shape:
        case shapes.EnumType(cls=cls):
            return tuple(member.value for member in cls)
        case shapes.LiteralType(values=values):
            return tuple(values)
        case _:
            return ()


def _scalar(node: yaml.Node) -> Hashable:
    """A plain value by YAML's own rules: text, number, truth value, nothing."""
    loader = yaml.CSafeLoader("")
    try:
        value = loader.construct_object(node)
    except (ValueError, LookupError, AttributeError, yaml.YAMLError):
        # It looks like a date and is no day, or its tag promises what it is not; whoever wants that says so.
        value = str(node.value)
    finally:
        loader.dispose()
    return value if isinstance(value, str | int | float | bool | None) else str(node.value)


def _at(content: object, position: Position) -> object:
    for step in position:
        if isinstance(content, dict):
            content = content.get(str(step))
        elif isinstance(content, list) and isinstance(step, int):
            content = content[step]
    return content


def _with_only(content: object, position: Position, key: object) -> object:
    if not position:
        return {key: content[key]} if isinstance(content, dict) else content
    step, rest = position[0], position[1:]
    if isinstance(content, dict):
        return content | {step: _with_only(content.get(step), rest, key)}
    if isinstance(content, list):
        return [_with_only(item, rest, key) if index == step else item for index, item in enumerate(content)]
    return content
