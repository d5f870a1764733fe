"""Runs the script on every node at once."""

import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
from msgspec import Struct

from hardening.errors import HardenError
from hardening.hosts import Host
from hardening.model.known import Known, Unavailable

from .read import BenchReport, read

Report = Callable[[str], None]
ENGINE_SOCKET = "/run/docker.sock"
NAME = "docker-bench-security.sh"
SECONDS = 1800
"""The script takes a second for each container on a common machine, and sixteen on an emulated one."""
_MARGIN = 900
"""Seconds beyond the script's own, in which a node may fetch its image and clean up."""
_PARTS = ("functions/*.sh", "tests/*.sh")
_MOST = 4 << 20
"""Bytes of all its files; they have some two hundred thousand."""
_IMAGE = re.compile(r"[a-z0-9][A-Za-z0-9._:/@-]*")


class Script(Struct, frozen=True):
    """Where the script comes from: its files (path -> text), or an image on the nodes' engines that holds them."""

    name: str
    files: dict[str, str] = {}
    image: str = ""


class _Answer(Struct):
    report: str = ""
    error: str = ""


def script(name: str) -> Script:
    """The script by what a user calls it: a folder, the file in it, or an image.

    Raises:
        HardenError: it is neither, or not whole.
    """
    path = Path(name)
    if path.is_dir() or path.is_file():
        return _from_folder(name, path if path.is_dir() else path.parent)
    if name.startswith((".", "/", "~")) or not _IMAGE.fullmatch(name):
        raise HardenError(f"{name}: no such folder", f"it is the one with {NAME}, or an image that holds it")
    return Script(name, image=name)


def ask(
    source: Script,
    hosts: Mapping[str, Host],
    report: Report,
    *,
    engine_socket: str = ENGINE_SOCKET,
    seconds: float = SECONDS,
) -> dict[str, Known[BenchReport] | Unavailable]:
    """What the script says of each node. A node that gives no report is an answer too: nothing is raised for it.

    Args:
        source: the script.
        hosts: the nodes, by name.
        report: told one line per node.
        engine_socket: the engine's API on each node.
        seconds: how long the script may run.
    """

    def one(name: str) -> Known[BenchReport] | Unavailable:
        answer = _run(source, hosts[name], engine_socket, seconds)
        match answer:
            case Known(value=found):
                report(f"{name}: docker-bench-security gave {len(found.verdicts)} verdicts")
            case Unavailable(reason=reason):
                report(f"{name}: docker-bench-security: {reason}")
        return answer

    with ThreadPoolExecutor(len(hosts) or 1, thread_name_prefix="bench") as pool:
        return dict(zip(hosts, pool.map(one, hosts), strict=True))


def _run(source: Script, host: Host, engine_socket: str, seconds: float) -> Known[BenchReport] | Unavailable:
    request = {"files": source.files, "image": source.image, "engine_socket": engine_socket, "seconds": seconds}
    try:
        answer = msgspec.json.decode(host.ask("bench", request, timeout=seconds + _MARGIN), type=_Answer)
        if answer.error:
            return Unavailable(answer.error)
        return Known(read(answer.report))
    except HardenError as error:
        return Unavailable(error.message.removeprefix(f"{host.node.name}: "))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Unavailable(f"the node's answer makes no sense: {error}")


def _from_folder(name: str, folder: Path) -> Script:
    paths = [folder / NAME, *(path for part in _PARTS for path in sorted(folder.glob(part)))]
    if not paths[0].is_file() or len(paths) == 1:
        missing = NAME if not paths[0].is_file() else _PARTS[1]
        raise HardenError(f"{name}: has no {missing}", "name the folder of docker-bench-security")
    try:
        files = {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in paths}
    except OSError as error:
        raise HardenError(f"{error.filename}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise HardenError(f"{name}: is not UTF-8 text: {error}") from error
    if sum(map(len, files.values())) > _MOST:
        raise HardenError(f"{name}: holds more than {_MOST >> 20} MiB of scripts, which docker-bench-security has not")
    return Script(name, files)
