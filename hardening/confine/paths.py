"""Which files, sockets, capabilities and signals a role may use, each with its evidence."""

import functools
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from hardening.model.capabilities import CAPABILITIES, DANGEROUS_CAPABILITIES
from hardening.model.policy import FileRule, NetworkRule, Policy
from hardening.model.profile import Evidence, EvidenceKind, Risk, RuleKind, SignalRule
from hardening.model.recording import UNLABELLED, Recording
from hardening.model.review import Item, ItemKind, Verdict

from . import patterns
from .abstractions import Abstraction
from .apparmor import SIGNALLERS
from .arguments import ADDRESS_FAMILIES, SOCKET_TYPES, is_known_socket
from .gathering import Ledger
from .lint import steers_machine
from .sources import Sources

Reasons = dict[str, str]
"""Path pattern -> why, for the comment beside the rule."""
_ANY_SIGNAL = "receive any"
_ON_THE_INTERNET = frozenset({"stream", "dgram"})
"""Sockets of TCP and UDP; others are of protocols whose kernel code is rare."""
_WRITING, _RUNNING = frozenset({"w", "a"}), frozenset({"ix", "m"})
_CHANGING = _WRITING | _RUNNING
_SECRET = ("/etc/shadow", "/run/secrets/", "/root/", "/var/run/docker.sock", "/run/docker.sock", "/run/containerd/")


def value(rule: FileRule) -> str:
    """A file rule as its name has it."""
    return f"{rule.path} {rule.access}"


def rule(text: str, why: str = "") -> FileRule:
    """The file rule of a name."""
    path, _, access = text.rpartition(" ")
    return FileRule(path, access, why)


def gather_files(
    ledger: Ledger, policy: Policy, shared: Sequence[tuple[str, Abstraction]], sources: Sources
) -> Reasons:
    """Put rules for files into the ledger; returns the reasons that people gave."""
    rules = [(each, Evidence(EvidenceKind.POLICY, f"policy.yml: {each.why}")) for each in policy.apparmor.files]
    for title, part in shared:
        rules += [(each, Evidence(EvidenceKind.SHARED, f"{title}: {each.why}")) for each in part.files]
    reasons: defaultdict[str, list[str]] = defaultdict(list)
    for each, evidence in rules:
        ledger.add(RuleKind.FILE, value(each), evidence)
        if each.why and each.why not in reasons[each.path]:
            reasons[each.path].append(each.why)
    known = [(each, patterns.granted(each)) for each, _ in rules]

    @functools.cache  # most scenarios use the same files
    def covering(path: str) -> list[tuple[FileRule, frozenset[str]]]:
        return [(each, granted) for each, granted in known if patterns.covers(each, path, ())]

    for recording in sources.recordings:
        _recorded(ledger, covering, recording)
    return {path: "; ".join(found) for path, found in reasons.items()}


def _recorded(
    ledger: Ledger, covering: Callable[[str], list[tuple[FileRule, frozenset[str]]]], recording: Recording
) -> None:
    """What a recording used: evidence for the rules that cover it, or something new.

    What is new counts with what rules allow of the same path: to write what may be run is grave.
    """
    new: dict[str, set[str]] = {}
    worth: dict[str, Risk] = {}
    for path, access in patterns.exact(recording.files).items():
        evidence = Evidence(EvidenceKind.RECORDED, f"{recording.scenario}: {path}", recording.origin.image)
        # Several rules may each give a part; all that have one are in use.
        used = [(each, granted) for each, granted in covering(path) if granted & access]
        for each, _ in used:
            ledger.add(RuleKind.FILE, value(each), evidence)
        if missing := access.difference(*(granted for _, granted in used)):
            new[path] = missing
            together = missing.union(*(granted for _, granted in covering(path)))
            worth[path] = risk(FileRule(path, patterns.access_of(together if missing & _CHANGING else missing)))
    ordinary = {path: access for path, access in new.items() if worth[path] is not Risk.HIGH}
    covered = _widen(ledger, ordinary, recording)
    for path, access in sorted(new.items()):
        _new_path(ledger, FileRule(path, patterns.access_of(access)), worth[path], recording, ask=path not in covered)


def _widen(ledger: Ledger, new: dict[str, set[str]], recording: Recording) -> set[str]:
    """Ask for patterns in place of many paths; returns the paths that such a question is about."""
    covered: set[str] = set()
    for pattern, paths in patterns.widened(new).items():
        evidence = tuple(_seen(recording, path) for path in paths)
        item = Item(
            f"{RuleKind.FILE}:{value(pattern)}", ItemKind.WIDENED, power(pattern), risk(pattern), evidence, paths
        )
        verdict = ledger.ask(item)
        if verdict is Verdict.ACCEPT:
            for each in (ledger.decided.evidence(item.id), *evidence):
                ledger.add(RuleKind.FILE, value(pattern), each)
        tighter = [rule(text) for text in ledger.decided.tightened(item.id)]
        # Who refuses the pattern is asked about each of the files: they were recorded all the same.
        covered |= {
            path
            for path in paths
            if _stands(verdict, item.risk) or any(patterns.covers(each, path, new[path]) for each in tighter)
        }
    return covered


def _new_path(ledger: Ledger, found: FileRule, worth: Risk, recording: Recording, *, ask: bool) -> None:
    """A path that a scenario used and no person named: see `_stands`."""
    evidence = _seen(recording, found.path)
    verdict = Verdict.ACCEPT
    if ask:
        name = f"{RuleKind.FILE}:{value(found)}"
        verdict = ledger.ask(Item(name, ItemKind.PATH, power(found), worth, (evidence,)))
        if verdict is Verdict.ACCEPT:
            ledger.add(RuleKind.FILE, value(found), ledger.decided.evidence(name))
    if _stands(verdict, worth):
        ledger.add(RuleKind.FILE, value(found), evidence)


def _stands(verdict: Verdict, worth: Risk) -> bool:
    """Whether what was recorded is in the profile: while it is open, unless it is grave."""
    return verdict is Verdict.ACCEPT or (verdict is Verdict.OPEN and worth is not Risk.HIGH)


def _seen(recording: Recording, what: str) -> Evidence:
    return Evidence(EvidenceKind.RECORDED, f"{recording.scenario}: {what}", recording.origin.image)


def power(found: FileRule) -> str:
    """What a file rule lets a service do, in a few words."""
    access = patterns.letters(found.access)
    deed = "run" if "ix" in access else "load" if "m" in access else "write" if access & _WRITING else "read"
    folder = re.sub(r"/(?:\*\*|[^/]*)$", "", found.path.partition("{")[0])
    return f"{deed} files below {'/'.join(folder.split('/')[:3]) or '/'}"


def allowing(known: Iterable[FileRule], wanted: FileRule) -> tuple[FileRule, ...]:
    """The rules that give parts of a rule's access, where together they give all of it; none where they do not."""
    access = patterns.letters(wanted.access)
    used = tuple(each for each in known if patterns.granted(each) & access and patterns.covers(each, wanted.path, ()))
    return used if access <= frozenset[str]().union(*map(patterns.granted, used)) else ()


def risk(found: FileRule) -> Risk:
    """What access to a path is worth to an intruder."""
    access = patterns.letters(found.access)
    if (access & _WRITING and access & _RUNNING) or steers_machine(found):
        return Risk.HIGH
    if found.path.startswith(_SECRET):
        return Risk.HIGH if "docker" in found.path or "containerd" in found.path else Risk.MEDIUM
    return Risk.MEDIUM if access & _CHANGING else Risk.LOW


def gather_network(ledger: Ledger, policy: Policy, shared: Sequence[tuple[str, Abstraction]], sources: Sources) -> None:
    """Sockets: those a person named, and those that were recorded."""
    for each in policy.apparmor.network:
        ledger.add(RuleKind.NETWORK, _network(each), Evidence(EvidenceKind.POLICY, "policy.yml"))
    for title, part in shared:
        for each in part.network:
            ledger.add(RuleKind.NETWORK, _network(each), Evidence(EvidenceKind.SHARED, title))
    for recording in sources.recordings:
        for use in recording.sockets:
            text = f"{use.family} {use.type}".rstrip()
            evidence = _seen(recording, f"{text} socket")
            if not is_known_socket(use.family, use.type):
                continue  # a number without a name: newer than this program, and refused
            if ledger.has(RuleKind.NETWORK, text) or risk_of_socket(text) is Risk.LOW:
                ledger.add(RuleKind.NETWORK, text, evidence)
            else:
                why = (ItemKind.RISKY, "open rare sockets", risk_of_socket(text))
                ledger.ask_for(RuleKind.NETWORK, text, why, (evidence,))


def risk_of_socket(text: str) -> Risk:
    """What a kind of socket is worth to an intruder: those of rare kernel code most."""
    family, _, kind = text.partition(" ")
    if family not in ADDRESS_FAMILIES or kind not in {"", *SOCKET_TYPES}:
        return Risk.HIGH
    ordinary = kind in SOCKET_TYPES if family == "unix" else kind in _ON_THE_INTERNET
    return Risk.LOW if ordinary and family != "netlink" and kind != "raw" else Risk.MEDIUM


def network_of(ledger: Ledger) -> tuple[NetworkRule, ...]:
    """The sockets that have a reason."""
    words = (each.split() for each in ledger.values(RuleKind.NETWORK))
    return tuple(NetworkRule(family, *rest) for family, *rest in words)


def _network(each: NetworkRule) -> str:
    return f"{each.family} {each.type}".rstrip()


def gather_capabilities(ledger: Ledger, policy: Policy, sources: Sources) -> None:
    """Capabilities: those a person named, and those that were used; grave ones only by a reviewer's word."""
    for each in policy.apparmor.capabilities:
        ledger.add(RuleKind.CAPABILITY, each, Evidence(EvidenceKind.POLICY, "policy.yml"))
    for recording in sources.recordings:
        for each in recording.capabilities:
            if each not in CAPABILITIES:
                continue  # a number without a name: newer than this program, and refused
            evidence = _seen(recording, f"capability {each}")
            if each in DANGEROUS_CAPABILITIES:
                why = (ItemKind.RISKY, "capabilities that reach the machine", Risk.HIGH)
                ledger.ask_for(RuleKind.CAPABILITY, each, why, (evidence,))
            else:
                ledger.add(RuleKind.CAPABILITY, each, evidence)


def risk_of_capability(name: str) -> Risk:
    """What a capability is worth to an intruder."""
    return Risk.HIGH if name in DANGEROUS_CAPABILITIES else Risk.MEDIUM


def gather_signals(ledger: Ledger, own: Iterable[str], sources: Sources) -> None:
    """Signals to and from other programs than the container's own and the engine's, which every profile has."""
    ordinary = {*own, *SIGNALLERS}
    for recording in sources.recordings:
        for use in recording.signals:
            # A peer whose label nobody told was not refused: a program of the same container, or the engine's.
            if use.peer in ordinary or use.peer.startswith(UNLABELLED):
                continue
            text = f"{use.direction} {use.signal} peer={use.peer}"
            why = (ItemKind.RISKY, "signal other programs", Risk.MEDIUM)
            ledger.ask_for(RuleKind.SIGNAL, text, why, (_seen(recording, text),))


def gather_ordinary(ledger: Ledger, own: str) -> None:
    """What AppArmor has in every profile: signals of the engine and within the container, a look at neighbours."""
    engine = Evidence(EvidenceKind.SHARED, "every profile: stop signals come from the engine")
    for peer in SIGNALLERS:
        ledger.add(RuleKind.SIGNAL, f"{_ANY_SIGNAL} peer={peer}", engine)
    within = Evidence(EvidenceKind.SHARED, "every profile: the processes of one container")
    ledger.add(RuleKind.SIGNAL, f"send, {_ANY_SIGNAL} peer={own}", within)
    ledger.add(RuleKind.PTRACE, f"read, readby peer={own}", within)


def risk_of_signal(text: str) -> Risk:
    """What a signal is worth to an intruder: those that every profile has, little."""
    return Risk.LOW if f"{_ANY_SIGNAL} peer=" in text else Risk.MEDIUM


def signals_of(ledger: Ledger) -> tuple[SignalRule, ...]:
    """The signals that have a reason."""
    words = (each.split() for each in ledger.values(RuleKind.SIGNAL))
    return tuple(SignalRule(direction, signal, peer.removeprefix("peer=")) for direction, signal, peer in words)
