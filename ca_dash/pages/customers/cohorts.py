"""Cohorts: what became of the customers who came, or ordered, at the same time."""

from __future__ import annotations

from ca_dash.figures.cohorts import COHORT, EVENT, VALUE
from ca_dash.page import Page
from ca_dash.panels.cohorts import MAP, SIZES, SURVIVAL

PAGE = Page(
    "/cohorts",
    "Cohorts",
    "Do customers who come today order sooner, and come back more often, than those who came before?",
    (MAP, SIZES, SURVIVAL),
    group="Customers",
    order=0,
    icon="grid",
    choices=(VALUE, COHORT, EVENT),
    note="The range chooses the cohorts, by the day or week of their first event; the newest 26 of them are drawn, the table and the "
    "download have all.",
)
