"""What verifying saw refused, as questions: should the role have it after all?"""

from collections.abc import Iterator

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


def gather(ledger: Ledger, sources: Sources) -> None:
    """Ask about every refusal that the profile, as it is by now, would still make."""
    for scenario, layer, what, program in _refusals(sources):
        image = sources.verification.origin.image if sources.verification else ""
        evidence = Evidence(EvidenceKind.RECORDED, f"{scenario}: {program or 'unknown program'}, refused", image)
        if layer == "seccomp":
            _call(ledger, what, evidence)
        else:
            _object(ledger, what.partition(" ")[2], evidence)


def _refusals(sources: Sources) -> Iterator[tuple[str, str, str, str]]:
    for trial in sources.verification.trials if sources.verification else ():
        for denial in trial.denials:
            yield trial.scenario, denial.layer, denial.what, denial.program or denial.command


def _call(ledger: Ledger, call: str, evidence: Evidence) -> None:
    if call not in numbers() or call in FALLS_BACK:
        return
    why = (ItemKind.DENIAL, powers.power(call), powers.risk(call))
    if not ledger.has(RuleKind.CALL, call):
        ledger.ask_for(RuleKind.CALL, call, why, (evidence,))
    elif call in COMPARED.keys() - BY_NETWORK:
        # The call is allowed and was refused: for its values, which nobody saw. Accepting it frees it from them.
        ledger.ask_for(RuleKind.ARGUMENT, call, why, (evidence,))


def _object(ledger: Ledger, text: str, evidence: Evidence) -> None:
    """What an AppArmor refusal was about: a path with access letters, a network, a capability, a signal."""
    kind, _, rest = text.partition(" ")
    if text.startswith("/"):
        _file(ledger, *text.rpartition(" ")[::2], evidence)
    elif kind == "network" and is_known_socket(*(rest + " ").split(" ")[:2]):
        _ask(ledger, RuleKind.NETWORK, rest, ("open sockets", Risk.MEDIUM), evidence)
    elif kind == "capability" and rest in CAPABILITIES:
        _ask(ledger, RuleKind.CAPABILITY, rest, ("privileges", Risk.HIGH), evidence)
    elif kind == "signal" and SIGNAL.fullmatch(rest):
        _ask(ledger, RuleKind.SIGNAL, rest, ("signal other programs", Risk.MEDIUM), evidence)


def _file(ledger: Ledger, path: str, mask: str, evidence: Evidence) -> None:
    found = patterns.rule(path, mask.translate(_FILE_LETTERS))
    known = [paths.rule(text) for text in ledger.values(RuleKind.FILE)]
    granted = {
        letter for each in known if patterns.covers(each, found.path, ()) for letter in patterns.letters(each.access)
    }
    if not forbidden_file(found) and patterns.letters(found.access) - granted:
        _ask(ledger, RuleKind.FILE, paths.value(found), (paths.power(found), paths.risk(found)), evidence)


def _ask(ledger: Ledger, kind: RuleKind, value: str, about: tuple[str, Risk], evidence: Evidence) -> None:
    if not ledger.has(kind, value):
        ledger.ask_for(kind, value, (ItemKind.DENIAL, *about), (evidence,))
