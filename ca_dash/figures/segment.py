"""The eight segments as pages show them: names, colours and marks of points, who their customers are and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from ca_assets.analyses.core.segments.columns import SEGMENT_NAMES
from ca_dash.figures.base import Style

HOURS = 24.0  # of a day; pages show hours as days


@dataclass(frozen=True)
class Segment:
    """How a segment is shown: its name, the palette's place and the mark of its points, who its customers are and what to do."""

    name: str
    color: int
    symbol: str
    who: str
    advice: str


_LOOKS = {
    "champions": (0, "circle", "Love the shop and will not leave soon", "Thank them; ask for reviews; show new things first"),
    "loyal": (5, "square", "Close to the champions, with smaller baskets", "Suggest what goes with their orders"),
    "potential_loyalist": (2, "diamond", "Came lately, not sure yet", "A push helps: a reason for the next order"),
    "cant_lose_them": (
        3,
        "cross",
        "Engaged, with baskets larger than the loyal ones’",
        "Look after them in person; no discounts needed",
    ),
    "newcomers": (1, "circle", "Have just arrived, too little is known", "Welcome them; make the second order easy"),
    "need_attention": (4, "square", "Drifting, easier to win back than those at risk", "Remind them of what they liked"),
    "at_risk": (1, "circle-open", "Will probably leave", "Win them back now, with an offer"),
    "lost": (6, "circle", "Have left, or nearly so", "Spend little on them"),
}
SEGMENTS = {segment: Segment(name, *_LOOKS[segment]) for segment, name in SEGMENT_NAMES.items()}


def segment_name(segment: str) -> str:
    """A segment for people; `__new__` had no order before."""
    return SEGMENTS[segment].name if segment in SEGMENTS else "New customers"


def color(segment: str, style: Style) -> str:
    """A segment's colour, the same in all charts."""
    return style.color(SEGMENTS[segment].color) if segment in SEGMENTS else style.muted
