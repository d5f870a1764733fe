"""Which system calls a role may make, each with its evidence."""

from collections.abc import Sequence

from hardening.model.policy import Policy
from hardening.model.profile import Evidence, EvidenceKind, RuleKind
from hardening.model.review import ItemKind

from . import powers
from .abstractions import Abstraction
from .gathering import Ledger
from .lint import forbidden_syscall
from .sources import Sources
from .syscalls import FALLS_BACK, newer_calls, numbers

_CALL = RuleKind.CALL


def gather(ledger: Ledger, policy: Policy, shared: Sequence[tuple[str, Abstraction]], sources: Sources) -> None:
    """Put every call that has a reason into the ledger, and questions about those that a person must decide."""
    _recorded(ledger, sources)
    for name in policy.seccomp.syscalls:
        ledger.add(_CALL, name, Evidence(EvidenceKind.POLICY, "policy.yml"))
    for title, part in shared:
        _shared(ledger, title, part, sources)
    _refused(ledger, sources)
    _static(ledger, sources)


def _recorded(ledger: Ledger, sources: Sources) -> None:
    for recording in sources.recordings:
        image = recording.origin.image
        seen = [
            (EvidenceKind.RECORDED, program, call)
            for program, calls in sorted(recording.programs.items())
            for call in sorted(calls)
        ]
        seen += [(EvidenceKind.RUNTIME, recording.origin.runtime, call) for call in sorted(recording.runtime)]
        for kind, program, call in seen:
            evidence = Evidence(kind, f"{recording.scenario}: {program}", image)
            if call in FALLS_BACK or call not in numbers():
                continue  # answers ENOSYS, as everything does that is newer than the names known here
            if forbidden_syscall(call):
                why = (ItemKind.RISKY, powers.power(call), powers.risk(call))
                ledger.ask_for(_CALL, call, why, (evidence,))
            else:
                ledger.add(_CALL, call, evidence)


def _refused(ledger: Ledger, sources: Sources) -> None:
    """Calls that a filter in force answered while a scenario ran: asked, unless something else allows them."""
    for recording in sources.recordings:
        for program, calls in sorted(recording.refused.items()):
            for call in sorted(calls.keys() & numbers().keys() - FALLS_BACK):
                if not ledger.has(_CALL, call):
                    source = f"{recording.scenario}: {program}, refused"
                    evidence = Evidence(EvidenceKind.RECORDED, source, recording.origin.image)
                    ledger.ask_for(_CALL, call, (ItemKind.DENIAL, powers.power(call), powers.risk(call)), (evidence,))


def _shared(ledger: Ledger, title: str, part: Abstraction, sources: Sources) -> None:
    """Calls of a shared part. Once the image was recorded and its code read, only those that it can make."""
    reachable = sources.analysis.syscalls if sources.analysis and part.in_image and _is_complete(sources) else None
    kind = EvidenceKind.SHARED if part.in_image else EvidenceKind.RUNTIME
    for call in sorted(part.syscalls):
        if reachable is None or call in reachable or ledger.has(_CALL, call):
            ledger.add(_CALL, call, Evidence(kind, title))


def _is_complete(sources: Sources) -> bool:
    """Whether what the analysis does not have can be left out.

    Recordings and analysis must be of one image. Nothing may be missing, and no program may make calls whose number
    could not be told. Places in libraries are rare and special; recordings show them where they matter.
    """
    found = sources.analysis
    if found is None or found.missing or not sources.are_of_one_image:
        return False
    return not any(each.library in found.programs for each in found.unresolved)


def _static(ledger: Ledger, sources: Sources) -> None:
    if sources.analysis is None:
        return
    for call, places in sources.analysis.syscalls.items():
        found = [_where(place.program, place.library, place.function, sources.analysis.image) for place in places]
        if ledger.has(_CALL, call) or call in powers.HARMLESS:
            for each in found:
                ledger.add(_CALL, call, each)
        elif call not in newer_calls():
            ledger.ask_for(_CALL, call, (ItemKind.STATIC, powers.power(call), powers.risk(call)), found)


def _where(program: str, library: str, function: str, image: str) -> Evidence:
    way = program if library == program else f"{program} -> {library}"
    return Evidence(EvidenceKind.STATIC, f"{way}: {function}" if function else way, image)
