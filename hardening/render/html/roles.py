"""What the page says about the project's roles beyond their figures."""

from hardening.model.profile import Risk
from hardening.model.review import ItemKind
from hardening.model.role import RoleSummary

REASONS = {
    ItemKind.DENIAL: "a refusal that was seen",
    ItemKind.STATIC: "the image's code",
    ItemKind.RISKY: "a scenario, at a risk",
    ItemKind.WIDENED: "a pattern wider than what was seen",
    ItemKind.PATH: "a path that was seen",
}
"""Why something is asked, in a few words."""


def worst(role: RoleSummary) -> Risk:
    """The highest risk among its open questions."""
    return max((question.risk for question in role.open), key=lambda risk: risk.rank, default=Risk.LOW)


def share(part: int, whole: int) -> float:
    """Of a hundred, for a bar; 100 at most."""
    return round(min(100 * part / whole, 100), 1) if whole else 0
