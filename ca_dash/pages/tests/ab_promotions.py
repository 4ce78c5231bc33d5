"""A/B promotions: what customers order after a promotion, and what can be said of it."""

from __future__ import annotations

from ca_dash.page import Page
from ca_dash.panels.ab_tests import AROUND, PAIR_DOTS, PAIRS, PROMOTIONS, TESTED

PAGE = Page(
    "/ab-promotions",
    "A/B promotions",
    "Do customers order more, or more at once, after a promotion?",
    (*PROMOTIONS, PAIR_DOTS, PAIRS),
    group="Tests",
    order=0,
    icon="scales",
    choices=(TESTED, AROUND),
    note="These are associations: nobody was chosen by lot. Only where chance decides who gets a promotion can its effect be told.",
)
