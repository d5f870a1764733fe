"""What verifying saw refused, as questions: should the role have it after all?"""

from collections.abc import Sequence

from hardening.model.capabilities import CAPABILITIES
from hardening.model.profile import Evidence, EvidenceKind, Risk, RuleKind
from hardening.model.review import ItemKind

from . import paths, patterns, powers
from .arguments import BY_NETWORK, COMPARED, is_known_socket
from .gathering import Ledger
from .lint import SIGNAL, forbidden_file
from .sources import Sources
from .syscalls import FALLS_BACK, numbers

_FILE_LETTERS = str.maketrans({"c": "w", "d": "w"})
"""Creating and deleting are what AppArmor's rules call writing."""
_ACCESS = frozenset("mrwaklxcd")
_REFUSED = ", refused"
_HELD = {
    "socket": "its family, type or protocol is none of the role's networks: see `apparmor: network` in policy.yml",
    "clone": "no service may make namespaces",
}
"""Calls that are always held to values -> what to look at when they were refused."""


def gather(ledger: Ledger, sources: Sources) -> tuple[str, ...]:
    """Ask about every refusal that the profile, as it is by now, would still make.

    Returns:
        Those that no answer can lift, one sentence each, with what to look at.
    """
    beyond = []
    for (layer, what), evidence in _refusals(sources).items():
        why = _call(ledger, what, evidence) if layer == "seccomp" else _object(ledger, what.partition(" ")[2], evidence)
        if why:
            where = "; ".join(each.source.removesuffix(_REFUSED) for each in evidence)
            beyond.append(f"{layer} refused `{what}` ({where}), and no review can allow it: {why}")
    return tuple(beyond)


def _refusals(sources: Sources) -> dict[tuple[str, str], tuple[Evidence, ...]]:
    """Which profile refused what -> where that was seen."""
    found: dict[tuple[str, str], dict[Evidence, None]] = {}
    for trial in sources.verification.trials if sources.verification else ():
        image = sources.verification.origin.image if sources.verification else ""
        for each in trial.denials:
            source = f"{trial.scenario}: {each.program or each.command or 'unknown program'}{_REFUSED}"
            found.setdefault((each.layer, each.what), {})[Evidence(EvidenceKind.RECORDED, source, image)] = None
    return {refused: tuple(evidence) for refused, evidence in found.items()}


def _call(ledger: Ledger, call: str, evidence: Sequence[Evidence]) -> str:
    """Ask about a call, or about its values; returns why there is nothing to ask, if it stays refused all the same."""
    if call not in numbers():
        return "it is newer than the calls that are known here"
    if call in FALLS_BACK:
        return "its flags cannot be looked at, and programs take their older way"
    why = (ItemKind.DENIAL, powers.power(call), powers.risk(call))
    if not ledger.has(RuleKind.CALL, call):
        ledger.ask_for(RuleKind.CALL, call, why, evidence)
    elif call in BY_NETWORK:
        return _HELD[call]
    elif call in COMPARED:
        # The call is allowed and was refused: for its values, which nobody saw. Accepting it frees it from them.
        ledger.ask_for(RuleKind.ARGUMENT, call, why, evidence)
    return ""


def _object(ledger: Ledger, text: str, evidence: Sequence[Evidence]) -> str:
    """The same of an AppArmor refusal: of a path with access letters, a network, a capability, a signal."""
    kind, _, rest = text.strip().partition(" ")
    path, _, mask = text.rpartition(" ")
    if path.startswith("/") and set(mask) <= _ACCESS:
        return _file(ledger, path, mask, evidence)
    if kind == "network" and is_known_socket(*(rest + " ").split(" ")[:2]):
        _ask(ledger, RuleKind.NETWORK, rest, ("open sockets", paths.risk_of_socket(rest)), evidence)
    elif kind == "capability" and rest in CAPABILITIES:
        _ask(ledger, RuleKind.CAPABILITY, rest, ("privileges", paths.risk_of_capability(rest)), evidence)
    elif kind == "signal" and SIGNAL.fullmatch(rest):
        _ask(ledger, RuleKind.SIGNAL, rest, ("signal other programs", paths.risk_of_signal(rest)), evidence)
    else:
        return "no rule that `build` writes allows it"
    return ""


def _file(ledger: Ledger, path: str, mask: str, evidence: Sequence[Evidence]) -> str:
    found = patterns.rule(path, mask.translate(_FILE_LETTERS))
    if paths.allowing(map(paths.rule, ledger.values(RuleKind.FILE)), found):
        return ""
    if reason := forbidden_file(found):
        return reason
    _ask(ledger, RuleKind.FILE, paths.value(found), (paths.power(found), paths.risk(found)), evidence)
    return ""


def _ask(ledger: Ledger, kind: RuleKind, value: str, about: tuple[str, Risk], evidence: Sequence[Evidence]) -> None:
    if not ledger.has(kind, value):
        ledger.ask_for(kind, value, (ItemKind.DENIAL, *about), evidence)
