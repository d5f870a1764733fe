"""Does runc have the fixes without which a profile can be skipped?"""

from hardening.checks import versions
from hardening.checks.vocabulary import Area, Check, Severity, Verdict, cve, failed, manual, passed, per_engine, unknown
from hardening.model.facts import EngineFacts, NodeFacts

FIXED = ((1, 2, 8), (1, 3, 3), (1, 4, 0))
"""runc's release lines and the first release of each with all three fixes of November 2025."""
EXPECTED = "1.2.8, 1.3.3, 1.4.0 or later"


def judge(_machine: NodeFacts, engine: EngineFacts) -> Verdict:
    """A distribution's own build may carry the fix under an older number: then a person has to look."""
    text = versions.runc(engine)
    version = versions.parse(text)
    if not version:
        return unknown("the engine does not tell its runc's version")
    if versions.at_least(version, FIXED):
        return passed(f"runc {text}", EXPECTED)
    if "+" in text or "~" in text or "ubuntu" in text:
        return manual(
            f"runc {text} is a distribution's build: see whether its package changelog names the CVEs", EXPECTED
        )
    return failed(f"runc {text}", EXPECTED)


CHECK = Check(
    id="engine-runc-fixed",
    title="No image can trick runc into skipping a container's profile",
    area=Area.ENGINE,
    severity=Severity.CRITICAL,
    level=1,
    refs=cve("CVE-2025-52881", "CVE-2025-31133", "CVE-2025-52565"),
    rationale="Older releases could be raced by a hostile image into writing a profile's name, or anything else, to "
    "the wrong file of /proc: the container then runs unconfined or takes the node.",
    remediation="Upgrade runc; on Debian compare `apt changelog runc` with the CVE numbers.",
    evaluate=per_engine(judge),
)
