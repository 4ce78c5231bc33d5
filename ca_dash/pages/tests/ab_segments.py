"""A/B segments: whether the customers of a segment order more or less than usual."""

from __future__ import annotations

from ca_dash.page import Page
from ca_dash.panels.ab_tests import COMPARED, SEGMENT_DIFFERENCES, SEGMENT_TABLE, SEGMENT_VALUES, SEGMENT_VERDICTS, TESTED

PAGE = Page(
    "/ab-segments",
    "A/B segments",
    "Which customers order more or less than usual?",
    (SEGMENT_VERDICTS, SEGMENT_DIFFERENCES, SEGMENT_VALUES, SEGMENT_TABLE),
    group="Tests",
    order=2,
    icon="compare",
    choices=(COMPARED, TESTED),
)
