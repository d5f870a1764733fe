"""YAML files a user writes, decoded into typed structures; every complaint names file and line."""

import re
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import TypeVar

import msgspec
import yaml

from .errors import HardenError

T = TypeVar("T")
Position = tuple[str | int, ...]
"""Keys and indexes from the document's root to a value."""

_PLACE = re.compile(r" - at `(?:key in )?\$(?P<path>[^`]*)`$")
_STEP = re.compile(r"\.(?P<key>[^.\[]+)|\[(?P<index>\d+)\]|(?P<any>\[\.\.\.\])")
_UNKNOWN_FIELD = re.compile(r"unknown field `(?P<name>[^`]+)`")


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
        except yaml.YAMLError as error:
            raise HardenError(f"{name}:1: not valid YAML: {error}") from error
        self.content = self._build(node, ()) if node else None

    def convert(self, kind: type[T]) -> T:
        """Decode the content into `kind`; a HardenError names the line of what does not fit."""
        try:
            return msgspec.convert(self.content, kind)
        except msgspec.ValidationError as error:
            raise self._complaint(error, kind) from error

    def error(self, position: Position, message: str, hint: str = "") -> HardenError:
        """A complaint about the value at `position`, or the nearest one above it that has a line."""
        while position and position not in self.lines:
            position = position[:-1]
        return HardenError(f"{self.name}:{self.lines.get(position, 1)}: {message}", hint)

    def _build(self, node: yaml.Node, position: Position) -> object:
        self.lines.setdefault(position, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, position)
        if isinstance(node, yaml.SequenceNode):
            return [self._build(item, (*position, index)) for index, item in enumerate(node.value)]
        return _scalar(node)

    def _mapping(self, node: yaml.MappingNode, position: Position) -> dict[str, object]:
        built: dict[str, object] = {}
        merged: dict[str, object] = {}
        for key_node, value_node in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                merged |= self._merge(value_node, position)
                continue
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
            position = (*position, unknown["name"])
            message = f"unknown key `{unknown['name']}`"
        return self.error(position, message[0].lower() + message[1:] if message else text)

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
                msgspec.convert(_with_only(self.content, position, key), kind)
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


def _scalar(node: yaml.Node) -> Hashable:
    """A plain value by YAML's own rules: text, number, truth value, nothing."""
    loader = yaml.CSafeLoader("")
    try:
        value = loader.construct_object(node)
    except ValueError:  # looks like a date, and is no day; whoever wants a date says so
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
