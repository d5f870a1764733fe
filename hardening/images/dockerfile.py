"""The last stage of a Dockerfile, read so strictly that it can be carried out without an engine.

It begins `FROM scratch` and has no RUN, so it is a list of copies and a configuration: nothing has to run to make it.
"""

import re
import shlex
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path

import msgspec
from dockerfile_parse import DockerfileParser  # type: ignore[import-untyped]  # it comes without types
from msgspec import Struct

from hardening.errors import HardenError

_DURATION = re.compile(r"(\d+)(ms|s|m|h)")
_NANOSECONDS = {"ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
_HEALTH_FLAGS = {"interval": "Interval", "timeout": "Timeout", "start-period": "StartPeriod"}


class Copy(Struct, frozen=True):
    """A COPY instruction.

    Attributes:
        stage: stage it copies from; empty for the build context.
        sources: paths there.
        target: path in the image; a slash at the end makes it a folder.
        owner: numbers of user and group.
        place: file and line, for messages.
    """

    stage: str
    sources: tuple[str, ...]
    target: str
    owner: tuple[int, int] | None
    place: str


class FinalStage(Struct, frozen=True):
    """What the last stage makes: copies in order, and the image's configuration as engines write it."""

    copies: tuple[Copy, ...]
    config: dict[str, object]


def read(path: Path) -> FinalStage:
    """Read the last stage of a Dockerfile.

    Raises:
        HardenError: it does not begin FROM scratch, or has an instruction that only an engine could carry out; with
            file and line.
    """
    try:
        parser = DockerfileParser(fileobj=BytesIO(path.read_bytes()))
    except FileNotFoundError as error:
        raise HardenError(f"{path}: no such file") from error
    lines = [line for line in parser.structure if line["instruction"] != "COMMENT"]
    starts = [index for index, line in enumerate(lines) if line["instruction"] == "FROM"]
    if not starts or lines[starts[-1]]["value"].split()[0] != "scratch":
        raise HardenError(f"{path}: the last stage must begin `FROM scratch`")
    reader = _StageReader(path)
    for line in lines[starts[-1] + 1 :]:
        reader.read(line["instruction"], line["value"], line["startline"] + 1)
    return FinalStage(tuple(reader.copies), reader.config)


class _StageReader:
    def __init__(self, path: Path) -> None:
        self._path, self._place = path, str(path)
        self.copies: list[Copy] = []
        self.config: dict[str, object] = {}
        self._readers: dict[str, Callable[[str], None]] = {
            "COPY": self._copy,
            "ENV": self._env,
            "LABEL": self._label,
            "EXPOSE": self._expose,
            "HEALTHCHECK": self._healthcheck,
            "USER": self._user,
            "ENTRYPOINT": lambda value: self._set("Entrypoint", self._words(value)),
            "CMD": lambda value: self._set("Cmd", self._words(value)),
            "WORKDIR": lambda value: self._set("WorkingDir", value),
            "STOPSIGNAL": lambda value: self._set("StopSignal", value),
        }

    def read(self, instruction: str, value: str, line: int) -> None:
        self._place = f"{self._path}:{line}"
        reader = self._readers.get(instruction)
        if reader is None:
            raise self._error(f"{instruction} has no place in the last stage", f"it takes {', '.join(self._readers)}")
        reader(value)

    def _copy(self, value: str) -> None:
        flags, words = _flags(value)
        if unknown := flags.keys() - {"from", "chown"}:
            raise self._error(f"COPY does not take --{min(unknown)} here")
        if len(words) < 2:  # noqa: PLR2004 - a source and a target
            raise self._error("COPY takes a source and a target")
        owner = self._owner(flags["chown"]) if "chown" in flags else None
        self.copies.append(Copy(flags.get("from", ""), tuple(words[:-1]), words[-1], owner, self._place))

    def _owner(self, text: str) -> tuple[int, int]:
        user, _, group = text.partition(":")
        if not (user.isdigit() and group.isdigit()):
            raise self._error(f"--chown={text}: give user and group as numbers")
        return int(user), int(group)

    def _env(self, value: str) -> None:
        known = self.config.get("Env")
        more = [f"{name}={text}" for name, text in self._pairs(value)]
        self.config["Env"] = [*known, *more] if isinstance(known, list) else more

    def _label(self, value: str) -> None:
        self._merge("Labels", dict(self._pairs(value)))

    def _expose(self, value: str) -> None:
        self._merge("ExposedPorts", {port if "/" in port else f"{port}/tcp": {} for port in value.split()})

    def _user(self, value: str) -> None:
        if not re.fullmatch(r"\d+:\d+", value):
            raise self._error(f"USER {value}: give user and group as numbers, such as 999:999")
        self._set("User", value)

    def _healthcheck(self, value: str) -> None:
        if value.strip() == "NONE":
            self._set("Healthcheck", {"Test": ["NONE"]})
            return
        flags, words = _flags(value)
        if not words or words[0] != "CMD":
            raise self._error("HEALTHCHECK takes options, then CMD and a JSON list")
        check: dict[str, object] = {"Test": ["CMD", *self._words(value.split("CMD", 1)[1])]}
        for flag, text in flags.items():
            if flag == "retries" and text.isdigit():
                check["Retries"] = int(text)
            elif flag in _HEALTH_FLAGS:
                check[_HEALTH_FLAGS[flag]] = self._nanoseconds(text)
            else:
                raise self._error(f"HEALTHCHECK does not take --{flag}={text}")
        self._set("Healthcheck", check)

    def _nanoseconds(self, text: str) -> int:
        parts = _DURATION.findall(text)
        if not parts or "".join(number + unit for number, unit in parts) != text:
            raise self._error(f"{text} is not a duration such as 30s")
        return sum(int(number) * _NANOSECONDS[unit] for number, unit in parts)

    def _words(self, value: str) -> list[str]:
        """The exec form: without a shell in the image there is no other."""
        try:
            return msgspec.json.decode(value.strip(), type=list[str])
        except msgspec.DecodeError as error:
            raise self._error(f"not a JSON list of words: {value.strip()}") from error

    def _pairs(self, value: str) -> list[tuple[str, str]]:
        pairs = [word.partition("=") for word in shlex.split(value)]
        if any(not equals for _, equals, _ in pairs):
            raise self._error(f"write name=value, not: {value}")
        return [(name, text) for name, _, text in pairs]

    def _set(self, key: str, value: object) -> None:
        self.config[key] = value

    def _merge(self, key: str, more: Mapping[str, object]) -> None:
        known = self.config.get(key, {})
        self.config[key] = {**(known if isinstance(known, dict) else {}), **more}

    def _error(self, message: str, hint: str = "") -> HardenError:
        return HardenError(f"{self._place}: {message}", hint)


def _flags(value: str) -> tuple[dict[str, str], list[str]]:
    """Options before the first other word, and the words."""
    words = value.split()
    flags: dict[str, str] = {}
    while words and words[0].startswith("--"):
        name, _, text = words.pop(0)[2:].partition("=")
        flags[name] = text
    return flags, words
