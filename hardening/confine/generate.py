"""Puts a role's profile together from its policy and evidence, and renders it."""

from collections.abc import Callable, Iterator

from msgspec import Struct

from hardening.model.policy import ArgumentRule, Egress, FileRule, Policy, RoleProfile
from hardening.model.profile import Evidence, EvidenceKind, Profile, Risk, RuleKind
from hardening.model.review import Item, Verdict

from . import abstractions, apparmor, arguments, calls, denials, paths, powers, seccomp
from .abstractions import Abstraction
from .gathering import Decided, Ledger
from .sources import Sources


class Composed(Struct, frozen=True):
    """A profile, and everything that had to be asked about it.

    Attributes:
        open: those of the items that nobody decided yet.
        decided: who decided about the others, and why, by their ids.
        beyond: what verifying saw refused and no decision can allow, one sentence each.
    """

    profile: Profile
    items: tuple[Item, ...]
    open: tuple[Item, ...]
    decided: dict[str, Evidence] = {}
    beyond: tuple[str, ...] = ()


def compose(role: str, policy: Policy, sources: Sources | None = None) -> Composed:
    """A role's profile with the evidence of each rule. The same input gives the same profile, on any machine.

    Allowed is what was recorded, what the OCI runtime needs, what the policy names, what the analysis shows beyond that
    and is harmless, and what a reviewer accepted. The rest of what the analysis shows is asked, and refused until then.
    """
    sources = sources or Sources()
    shared = tuple(_shared(policy))
    ledger = Ledger(Decided(sources.review))
    calls.gather(ledger, policy, shared, sources)
    reasons = paths.gather_files(ledger, policy, shared, sources)
    paths.gather_network(ledger, policy, shared, sources)
    paths.gather_capabilities(ledger, policy, sources)
    paths.gather_signals(ledger, [apparmor.profile_name(role)], sources)
    beyond = denials.gather(ledger, sources)
    network = paths.network_of(ledger)
    allowed = frozenset(ledger.values(RuleKind.CALL))
    freed = ledger.values(RuleKind.ARGUMENT)
    held = arguments.held(allowed, network, policy.seccomp.arguments, sources.recordings, freed)
    for rule in held:
        values = " ".join(f"{index}={value:#x}" for index, value in sorted(rule.values.items()))
        for evidence in _of_values(rule, policy, sources):
            ledger.add(RuleKind.ARGUMENT, f"{rule.call} {values}", evidence)
    signals = paths.signals_of(ledger)
    paths.gather_ordinary(ledger, apparmor.profile_name(role))
    if not policy.no_new_privileges:
        ledger.add(RuleKind.PRIVILEGES, "new", Evidence(EvidenceKind.POLICY, "policy.yml"))
    if policy.egress is Egress.ANY:
        ledger.add(RuleKind.EGRESS, Egress.ANY, Evidence(EvidenceKind.POLICY, "policy.yml"))
    items = ledger.items()
    profile = Profile(
        role=role,
        images=sources.images,
        rules=ledger.rules(_risks(ledger)),
        syscalls=allowed,
        arguments=held,
        files=_files(ledger, reasons),
        network=network,
        capabilities=tuple(ledger.values(RuleKind.CAPABILITY)),
        signals=signals,
        no_new_privileges=policy.no_new_privileges,
        egress=policy.egress,
    )
    left = tuple(item for item in items if ledger.decided.verdict(item.id) is Verdict.OPEN)
    decided = {item.id: ledger.decided.evidence(item.id) for item in items if item not in left}
    return Composed(profile, items, left, decided, beyond)


def render(profile: Profile, parser: apparmor.Version = apparmor.PORTABLE) -> RoleProfile:
    """The two files of a profile.

    `parser` is the version of the node's `apparmor_parser`, such as (4, 1). The default suits all.
    """
    text = apparmor.render(
        profile.role, profile.files, profile.network, profile.capabilities, parser, signals=profile.signals
    )
    return RoleProfile(
        role=profile.role,
        apparmor_name=apparmor.profile_name(profile.role),
        apparmor=text,
        seccomp=seccomp.render(profile.syscalls, profile.arguments),
        no_new_privileges=profile.no_new_privileges,
        egress=profile.egress,
    )


def build(
    role: str, policy: Policy, parser: apparmor.Version = apparmor.PORTABLE, sources: Sources | None = None
) -> RoleProfile:
    """`compose` and `render` in one."""
    return render(compose(role, policy, sources).profile, parser)


def _shared(policy: Policy) -> Iterator[tuple[str, Abstraction]]:
    """What every container needs, and what the policy asks for."""
    yield "runtime", abstractions.RUNTIME
    if not policy.no_new_privileges:
        yield "runtime without no-new-privileges", abstractions.PRIVILEGED_RUNTIME
    yield from ((name, abstractions.ALL[name]) for name in policy.abstractions)


def _of_values(rule: ArgumentRule, policy: Policy, sources: Sources) -> Iterator[Evidence]:
    """Why a call may be made with these values: who wrote them, which scenarios had them, or that they are ordinary."""
    seen = [each for each in sources.recordings if arguments.shows(each, rule)]
    yield from (Evidence(EvidenceKind.RECORDED, f"{each.scenario}: {rule.call}", each.origin.image) for each in seen)
    if rule in policy.seccomp.arguments:
        yield Evidence(EvidenceKind.POLICY, f"policy.yml: {rule.why}")
    elif not seen or rule.why != arguments.RECORDED:
        yield Evidence(EvidenceKind.SHARED, rule.why)


def _files(ledger: Ledger, reasons: paths.Reasons) -> tuple[FileRule, ...]:
    rules = (paths.rule(text) for text in ledger.values(RuleKind.FILE))
    return tuple(FileRule(each.path, each.access, reasons.get(each.path, "")) for each in rules)


def _risks(ledger: Ledger) -> dict[tuple[RuleKind, str], Risk]:
    risks: dict[tuple[RuleKind, str], Risk] = {(RuleKind.EGRESS, Egress.ANY): Risk.HIGH}
    risks[RuleKind.PRIVILEGES, "new"] = Risk.HIGH
    judges: dict[RuleKind, Callable[[str], Risk]] = {
        RuleKind.CALL: powers.risk,
        RuleKind.ARGUMENT: lambda text: arguments.risk(text) if " " in text else powers.risk(text),
        RuleKind.FILE: lambda text: paths.risk(paths.rule(text)),
        RuleKind.NETWORK: paths.risk_of_socket,
        RuleKind.CAPABILITY: paths.risk_of_capability,
        RuleKind.SIGNAL: paths.risk_of_signal,
    }
    for kind, risk in judges.items():
        risks |= {(kind, value): risk(value) for value in ledger.values(kind)}
    return risks
