"""When was an image built?"""

from hardening.checks.authority import at, day
from hardening.checks.images import UsedImage, per_image
from hardening.checks.vocabulary import Answer, Area, Check, Severity, cis_docker, failed, given, manual, passed
from hardening.model.engine import Image
from hardening.model.facts import Facts

MOST_DAYS = 90
_DAY = 86400
_FIRST_IMAGE = 1_356_998_400
"""2013, before the first image: an earlier date was put there so that two builds are the same."""


def judge(facts: Facts, image: UsedImage) -> Answer:
    """What the engine says of the image, against the moment the facts were read."""
    return given(image.record, lambda record: _judge(facts.gathered_at, record))


def _judge(now: float, record: Image) -> Answer:
    expected = f"built within {MOST_DAYS} days"
    if record.created < _FIRST_IMAGE:
        return manual("its build has no date (it can be repeated bit by bit): when was it built last?", expected)
    age = (now - record.created) / _DAY
    fine = age <= MOST_DAYS
    return (passed if fine else failed)(f"built on {day(at(record.created))}, {age:.0f} days ago", expected)


CHECK = Check(
    id="engine-image-age",
    title="Images that run were built within the last ninety days",
    area=Area.ENGINE,
    severity=Severity.MEDIUM,
    level=1,
    refs=cis_docker("4.4"),
    rationale="What an image holds gets no fixes by itself: every hole found since its build is still in it.",
    remediation="Rebuild on a current base, scan the result, deploy it by its new digest; do so on a timer.",
    evaluate=per_image(judge),
)
