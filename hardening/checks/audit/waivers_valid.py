"""Does every waiver still hold?"""

from hardening.checks.vocabulary import Area, Check, Severity, Verdict, failed, passed
from hardening.checks.waivers import per_waiver, told
from hardening.model.waiver import WaiverUse


def judge(use: WaiverUse) -> Verdict:
    """Its last day against the day on which the facts were read."""
    expected = "a day that has not passed"
    if use.expired:
        return failed(f"expired on {use.waiver.expires} ({told(use)})", expected)
    return passed(f"holds until {use.waiver.expires} ({told(use)})", expected)


CHECK = Check(
    id="audit-waivers-valid",
    title="No waiver has expired",
    area=Area.AUDIT,
    severity=Severity.MEDIUM,
    level=1,
    refs=(),
    rationale="A risk is accepted for a time; when that is over somebody has to decide again. An expired waiver waives "
    "nothing, so what it covered is open once more.",
    remediation="Mend what it covered and remove the entry from `waivers.yml`, or let its owner give a new `expires`.",
    evaluate=per_waiver(judge),
)
