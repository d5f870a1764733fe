"""A first policy for a service that nobody has looked at yet: what its definition, its image and recordings say."""

import posixpath
from collections.abc import Iterable, Mapping, Sequence

import yaml
from msgspec import Struct

from hardening.model.policy import Egress, FileRule, NetworkRule
from hardening.model.profile import Risk
from hardening.model.recording import Recording

from . import abstractions, paths, patterns
from .lint import forbidden_file, steers_machine, written_and_run


class Described(Struct, frozen=True):
    """What is known of a service.

    Attributes:
        service: its definition in the Compose file.
        programs: executables that its image starts, by path.
        folder: the image's working folder; empty when unknown.
    """

    name: str
    service: Mapping[str, object]
    programs: tuple[str, ...] = ()
    folder: str = ""


def draft(about: Described, recordings: Sequence[Recording]) -> str:
    """The text of a policy.yml: commented, sound, and as tight as what is known allows.

    System calls are not in it: recordings bring them, and the analysis what is harmless beyond.
    """
    parts = _parts(about, recordings)
    known = [rule for name in parts for rule in abstractions.ALL[name].files]
    files: dict[str, FileRule] = {}
    left_out: dict[str, str] = {}

    def put(rule: FileRule) -> None:
        if reason := _may_not_be(rule) or written_and_run(rule, [*known, *files.values()]):
            left_out[rule.path] = reason
        else:
            files[rule.path] = rule

    for rule in _from_definition(about):
        put(rule)
    for recording in recordings:
        for rule in tuple(_from_recording(recording, [*known, *files.values()])):
            put(rule)
    network = sorted({*_network(about, recordings)}, key=lambda rule: (rule.family, rule.type))
    document = {
        "description": about.name,
        "egress": Egress.NONE.value,
        "abstractions": parts,
        "apparmor": {
            "network": [{"family": rule.family, **({"type": rule.type} if rule.type else {})} for rule in network],
            "files": [{"path": rule.path, "access": rule.access, "why": rule.why} for rule in files.values()],
        },
    }
    reasons = "".join(f"# Left out: {left_out[path]}\n" for path in sorted(left_out))
    return (
        _header(about, recordings) + reasons + yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=116)
    )


def _may_not_be(rule: FileRule) -> str:
    """Why a rule is for nobody but a reviewer; empty when it is not."""
    if reason := forbidden_file(rule) or steers_machine(rule):
        return reason
    if paths.risk(rule) is Risk.HIGH:
        return f"`{rule.path} {rule.access}` is worth much to an intruder: a review asks about it once it was recorded"
    return ""


def _header(about: Described, recordings: Sequence[Recording]) -> str:
    scenarios = ", ".join(recording.scenario for recording in recordings) or "none yet"
    return (
        f"# What {about.name} may do. Written by `harden profile init` from its definition; yours from here on.\n"
        f"# Recordings it was drawn from: {scenarios}. System calls come from recordings and the image's analysis;\n"
        "# add `seccomp: {syscalls: [...]}` for calls that no scenario shows. Each path says why it is there.\n"
        "# `egress: none` keeps what it dials within its networks; `any` lets it go wherever they lead.\n"
    )


def _parts(about: Described, recordings: Sequence[Recording]) -> list[str]:
    seen = {call for recording in recordings for calls in recording.programs.values() for call in calls}
    parts = ["libc", "threads", "resolver"]
    if seen and "clone" not in seen:
        parts.remove("threads")
    if about.service.get("init"):
        parts.append("init")
    if any(program.endswith("/curl") for program in about.programs):
        parts.append("curl")
    return parts


def _from_definition(about: Described) -> Iterable[FileRule]:
    for program in about.programs:
        yield FileRule(patterns.literal(program), "mrix", "a program that the image starts")
    if about.folder.strip("/"):
        yield FileRule(patterns.literal(about.folder).rstrip("/") + "/{,**}", "r", "its working folder")
    for name in _targets(about.service.get("secrets"), "/run/secrets/"):
        yield FileRule(name, "r", "a secret")
    for name in _targets(about.service.get("configs"), "/"):
        yield FileRule(name, "r", "a configuration")
    for target, read_only, may_be_file in _mounts(about.service.get("volumes")):
        if may_be_file:
            yield FileRule(target.rstrip("/"), "r" if read_only else "rwk", "a file, if a file is mounted")
        yield FileRule(target.rstrip("/") + "/", "r", "a volume")
        yield FileRule(target.rstrip("/") + "/**", "r" if read_only else "rwk", "a volume")


def _targets(uses: object, folder: str) -> Iterable[str]:
    """Where secrets or configs appear."""
    for use in uses if isinstance(uses, list) else ():
        name = use if isinstance(use, str) else str(use.get("target") or use.get("source"))
        yield patterns.literal(posixpath.normpath(posixpath.join(folder, name)))


def _mounts(volumes: object) -> Iterable[tuple[str, bool, bool]]:
    """Targets of volumes, whether they are read-only, and whether they are the node's, which may be single files."""
    for volume in volumes if isinstance(volumes, list) else ():
        if isinstance(volume, str):
            parts = volume.split(":")
            target = next((part for part in reversed(parts) if part.startswith("/")), "")
            read_only = len(parts) > 1 and "ro" in parts[-1].split(",")
            bound = len(parts) > 1 and parts[0].startswith(("/", ".", "~"))
        else:
            target, read_only = str(volume.get("target", "")), bool(volume.get("read_only"))
            bound = volume.get("type") == "bind"
        if target:
            yield patterns.literal(posixpath.normpath(target)), read_only, bound and bool(target.strip("/"))


def _from_recording(recording: Recording, known: Sequence[FileRule]) -> Iterable[FileRule]:
    """Rules for what was used and is not covered: data folders as patterns, all else as it was."""
    used = {
        path: access
        for path, access in patterns.exact(recording.files).items()
        if not any(patterns.covers(rule, path, access) for rule in known)
    }
    ordinary = {
        path: access for path, access in used.items() if not _may_not_be(FileRule(path, patterns.access_of(access)))
    }
    wide = patterns.widened(ordinary)
    inside = {path for covered in wide.values() for path in covered}
    why = f"recorded: {recording.scenario}"
    single = [FileRule(path, patterns.access_of(access), why) for path, access in used.items() if path not in inside]
    yield from (FileRule(rule.path, rule.access, why) for rule in wide)
    yield from sorted(single, key=lambda each: each.path)


def _network(about: Described, recordings: Sequence[Recording]) -> Iterable[NetworkRule]:
    seen = {(use.family, use.type) for recording in recordings for use in recording.sockets}
    # What is rarer is asked about once it was recorded.
    ordinary = (each for each in seen if paths.risk_of_socket(" ".join(each).rstrip()) is Risk.LOW)
    yield from (NetworkRule(family, kind) for family, kind in ordinary)
    if about.service.get("ports") or not seen:
        yield NetworkRule("inet", "stream")
