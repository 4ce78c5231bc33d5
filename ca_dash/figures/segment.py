"""The eight segments as pages show them: names, colours and marks of points, who their customers are and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from ca_dash.figures.base import Style

NEW = "__new__"


@dataclass(frozen=True)
class Segment:
    """How a segment is shown: its name, the palette's place and the mark of its points, who its customers are and what to do."""

    name: str
    color: int
    symbol: str
    who: str
    advice: str


SEGMENTS: dict[str, Segment] = {
    "champions": Segment(
        "Champions", 0, "circle", "Love the shop and will not leave soon", "Thank them; ask for reviews; show new things first"
    ),
    "loyal": Segment("Loyal customers", 5, "square", "Close to the champions, with smaller baskets", "Suggest what goes with their orders"),
    "potential_loyalist": Segment(
        "Potential loyalists", 2, "diamond", "Came lately, not sure yet", "A push helps: a reason for the next order"
    ),
    "cant_lose_them": Segment(
        "Can’t lose them", 3, "cross", "Engaged, with baskets larger than the loyal ones’", "Look after them in person; no discounts needed"
    ),
    "newcomers": Segment("Newcomers", 1, "circle", "Have just arrived, too little is known", "Welcome them; make the second order easy"),
    "need_attention": Segment(
        "Need attention", 4, "square", "Drifting, easier to win back than those at risk", "Remind them of what they liked"
    ),
    "at_risk": Segment("At risk", 1, "circle-open", "Will probably leave", "Win them back now, with an offer"),
    "lost": Segment("Lost", 6, "circle", "Have left, or nearly so", "Spend little on them"),
}


def segment_name(segment: str) -> str:
    """A segment for people; `__new__` had no order before."""
    return SEGMENTS[segment].name if segment in SEGMENTS else "New customers"


def color(segment: str, style: Style) -> str:
    """A segment's colour, the same in all charts."""
    return style.color(SEGMENTS[segment].color) if segment in SEGMENTS else style.muted
