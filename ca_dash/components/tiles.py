"""A tile on top of a page: a figure with its words, and with its course where it has one."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from dash import html

from ca_dash.theme import PALETTES, Scheme


def plain_tile(title: str, value: str, foot: str, when: str = "") -> html.Div:
    """A figure without a course: title, value, and a line that says of what."""
    parts = [
        html.Div(html.Span(value, className="ca-tile-value"), className="ca-tile-main is-plain"),
        html.Div(foot, className="ca-tile-foot"),
    ]
    return _tile(title, when, parts, "ca-tile is-plain")


def course_tile(
    title: str, *, when: str, value: str, exact: str, change: html.Span | None, course: Sequence[float], foot: Sequence[str], scheme: Scheme
) -> html.Div:
    """A figure with its change and its recent course as a sparkline; `exact` is the value in full, for a pointer."""
    parts = [
        html.Div([html.Span(value, className="ca-tile-value", title=exact), change], className="ca-tile-main"),
        _sparkline(course, scheme, title),
        html.Div([html.Div(line) for line in foot], className="ca-tile-foot"),
    ]
    return _tile(title, when, parts, "ca-tile")


def _tile(title: str, when: str, parts: list[html.Div], class_name: str) -> html.Div:
    head = html.Div([html.Span(title), html.Span(when, className="ca-tile-when")], className="ca-tile-title")
    return html.Div([head, *parts], className=class_name, role="group", **{"aria-label": title})


def _sparkline(values: Sequence[float], scheme: Scheme, title: str) -> html.Div:
    """An image of a line over a quiet area, scaled from zero."""
    if len(values) < 2:
        return html.Div(className="ca-spark")
    top = max(values) or 1.0
    points = " ".join(f"{240 * place / (len(values) - 1):.1f},{34 - 30 * value / top:.1f}" for place, value in enumerate(values))
    color = PALETTES[scheme][0]
    svg = (
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 240 36' preserveAspectRatio='none'>"
        f"<polygon points='0,36 {points} 240,36' fill='{color}' fill-opacity='.12'/>"
        f"<polyline points='{points}' fill='none' stroke='{color}' stroke-width='1.6' "
        "vector-effect='non-scaling-stroke' stroke-linejoin='round'/></svg>"
    )
    return html.Div(html.Img(src=f"data:image/svg+xml,{quote(svg)}", alt=f"Recent course of {title.lower()}"), className="ca-spark")
