"""Does every waiver still meet a finding?"""

from hardening.checks.vocabulary import Area, Check, Severity, Verdict, failed, not_applicable, passed, unknown
from hardening.checks.waivers import per_waiver, told
from hardening.model.waiver import WaiverUse


def judge(use: WaiverUse) -> Verdict:
    """What it met; where an answer of its check is missing it may be needed and not seen."""
    if use.expired:
        return not_applicable("has expired, and waives nothing")
    if not use.asked:
        return not_applicable("its check was left out of this audit")
    if use.met:
        return passed(f"meets {use.met} finding{'s' if use.met != 1 else ''} ({told(use)})", "at least one finding")
    if use.unseen:
        return unknown(f"meets nothing that was seen, and not all was seen: {use.unseen}")
    return failed(f"meets no finding ({told(use)})", "at least one finding")


CHECK = Check(
    id="audit-waivers-needed",
    title="Every waiver meets a finding",
    area=Area.AUDIT,
    severity=Severity.LOW,
    level=1,
    refs=(),
    rationale="A waiver that meets nothing was written for something that is mended or has another name now. Left in "
    "place it will one day hide something new.",
    remediation="Remove the entry from `waivers.yml`, or correct its `subject`; `harden audit --all` shows the names.",
    evaluate=per_waiver(judge),
)
