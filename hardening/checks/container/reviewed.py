"""Has somebody decided about everything that was asked about a role's profile?"""

from hardening.checks.roles import Running, per_role
from hardening.checks.vocabulary import Area, Check, Severity, Verdict, failed, manual, not_applicable, passed
from hardening.model.facts import Facts

EXPECTED = "no question that is open"


def judge(facts: Facts, role: str, _running: Running) -> Verdict:
    """By the project's folder of profiles; a role that another project brought is for those who know its review."""
    if facts.roles is None:
        return not_applicable("there is no project folder whose reviews could be looked at")
    if role not in facts.roles:
        return manual("the project has no such role: see its review where it comes from", EXPECTED)
    count = len(facts.roles[role].open)
    if count:
        return failed(f"{count} {'question is' if count == 1 else 'questions are'} open", EXPECTED)
    return passed("everything is decided", EXPECTED)


CHECK = Check(
    id="container-profile-reviewed",
    title="A person has decided about everything that was asked about each role's profile",
    area=Area.CONTAINER,
    severity=Severity.MEDIUM,
    level=2,
    refs=(),
    rationale="What nobody has decided is refused by the profile: the service may fail where no recording went, and "
    "what it did at a risk, nobody has looked at.",
    remediation="Decide: `harden profile review ROLE`; then `harden profile build ROLE` and `harden deploy`.",
    evaluate=per_role(judge),
)
