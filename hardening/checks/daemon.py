"""The engine's settings: `daemon.json` and dockerd's own command line, which may not contradict each other."""

import json

from msgspec import Struct

from hardening.model.facts import NodeFacts
from hardening.model.known import Known, Unavailable

_LISTS = {
    "hosts": ("-H", "--host"),
    "insecure-registries": ("--insecure-registry",),
    "authorization-plugins": ("--authorization-plugin",),
    "log-opts": ("--log-opt",),
    "default-ulimits": ("--default-ulimit",),
    "registry-mirrors": ("--registry-mirror",),
}
"""Settings that may be given several times, and their flags' names."""
_LETTERS = {"debug": ("-D",), "log-level": ("-l",)}
"""Settings whose flags have a short form, too."""
_LOCAL = ("unix://", "fd://", "npipe://")
"""Beginnings of addresses that lead to no network; one without a beginning is TCP."""


DEFAULT_FILE = "/etc/docker/daemon.json"


class Daemon(Struct, frozen=True):
    """What dockerd was told."""

    config: dict[str, object]
    argv: tuple[str, ...]

    def value(self, name: str, default: object = None) -> object:
        """A setting by its daemon.json name; `default` is the engine's own default."""
        if name in self.config:
            return self.config[name]
        given = _flags(self.argv, (*_LETTERS.get(name, ()), f"--{name}"))
        return _typed(given[-1]) if given else default

    def text(self, name: str, default: str = "") -> str:
        """A setting that is a word."""
        return str(self.value(name, default))

    def on(self, name: str, *, default: bool = False) -> bool:
        """A setting that is a switch."""
        return self.value(name, default) is True

    def words(self, name: str) -> tuple[str, ...]:
        """A setting that is a list of words, or `key=value` options."""
        given = self.config.get(name)
        if isinstance(given, dict):
            return tuple(f"{key}={value}" for key, value in given.items())
        if isinstance(given, list):
            return tuple(str(each) for each in given)
        return _flags(self.argv, _LISTS.get(name, (f"--{name}",)))

    @property
    def network_hosts(self) -> tuple[str, ...]:
        """Addresses on which the engine takes orders from the network."""
        return tuple(host for host in self.words("hosts") if not host.startswith(_LOCAL))

    @property
    def sockets(self) -> tuple[str, ...]:
        """Paths of the Unix sockets on which the engine was told to take orders."""
        return tuple(host.removeprefix("unix://") for host in self.words("hosts") if host.startswith("unix://"))


def settings(machine: NodeFacts) -> Known[Daemon] | Unavailable:
    """A node's engine settings, or why they are not known."""
    if isinstance(machine.daemon_config, Unavailable):
        return machine.daemon_config
    if isinstance(machine.daemon_argv, Unavailable):
        return machine.daemon_argv
    try:
        config = json.loads(machine.daemon_config.value)
    except ValueError as error:
        return Unavailable(f"daemon.json is not JSON: {error}")
    except RecursionError:
        return Unavailable("daemon.json is nested too deep")
    if not isinstance(config, dict):
        return Unavailable("daemon.json holds no object")
    return Known(Daemon(config, machine.daemon_argv.value))


def settings_file(machine: NodeFacts) -> Known[str] | Unavailable:
    """Where a node's engine reads its settings."""
    if isinstance(machine.daemon_argv, Unavailable):
        return machine.daemon_argv
    return Known((_flags(machine.daemon_argv.value, ("--config-file",)) or (DEFAULT_FILE,))[-1])


def _flags(argv: tuple[str, ...], names: tuple[str, ...]) -> tuple[str, ...]:
    found = []
    for index, word in enumerate(argv):
        name, equals, value = word.partition("=")
        if name in names:
            following = argv[index + 1] if index + 1 < len(argv) else "true"
            found.append(value if equals else "true" if following.startswith("-") else following)
        elif word[:2] in names and not word.startswith("--"):
            found.append(word[2:].removeprefix("="))  # a letter and its value in one word: -Htcp://…
    return tuple(found)


def _typed(value: str) -> object:
    """A flag's value; switches may be spelt as Go's `strconv.ParseBool` takes them."""
    return {"1": True, "t": True, "true": True, "0": False, "f": False, "false": False}.get(value.lower(), value)
