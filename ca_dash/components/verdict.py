"""Verdicts: what was decided, in a sentence that needs no statistics, with what it rests on. A list of them, read by keyboard too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from dash import html

Decision = Literal["increase", "decrease", "no_evidence", "not_enough_data"]
SIGNS: dict[str, str] = {"increase": "▲", "decrease": "▼", "no_evidence": "=", "not_enough_data": "…"}


@dataclass(frozen=True)
class Verdict:
    """`title`: what it is about; `heading`: the decision in two or three words; `sentence`; `facts`: what it rests on, as (term, text)."""

    decision: Decision
    title: str
    heading: str
    sentence: str
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Verdicts:
    """A panel's verdicts in order; `remark` stands above them."""

    items: Sequence[Verdict]
    name: str
    remark: str = ""

    def content(self, height: int) -> html.Div:
        """The list, `height` pixels high at most: a keyboard scrolls only what can have the focus."""
        parts: list[html.P | html.Ul] = [html.P(self.remark, className="ca-verdict-remark")] if self.remark else []
        parts.append(html.Ul([_item(verdict) for verdict in self.items], className="ca-verdicts"))
        look = {"maxHeight": f"{height}px"}
        return html.Div(parts, className="ca-verdict-list", style=look, tabIndex=0, role="group", **{"aria-label": self.name})


def _item(verdict: Verdict) -> html.Li:
    sign = html.Span(SIGNS[verdict.decision], className="ca-verdict-sign", **{"aria-hidden": "true"})
    head = html.Div(
        [sign, html.Strong(verdict.title), html.Span(verdict.heading, className="ca-verdict-word")], className="ca-verdict-head"
    )
    facts = [part for term, text in verdict.facts for part in (html.Dt(term), html.Dd(text))]
    rest = [html.Details([html.Summary("What this rests on"), html.Dl(facts)])] if facts else []
    return html.Li([head, html.P(verdict.sentence), *rest], className=f"ca-verdict is-{verdict.decision.replace('_', '-')}")
