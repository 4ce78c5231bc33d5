"""The filter bar: scope, range, as of, and the choices that a page has. It shows what the URL says and writes it back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import dash_mantine_components as dmc
from dash import html

from ca_assets.analyses.download_words import download_notes
from ca_dash.choices import CHOICES, Choice
from ca_dash.filters import GRAINS, Filters, coarser, parse, to_search
from ca_dash.format import day, label, scope_label
from ca_dash.icons import icon
from ca_dash.locales import current
from ca_dash.needs import need_of
from ca_dash.page import Page
from ca_dash.reports import ShopView
from ca_dash.states import state_message

RANGES = [("7d", "7 d"), ("28d", "28 d"), ("90d", "90 d"), ("365d", "1 y"), ("all", "All")]
WEEKDAY_NUMBERS = {"sunday": 0, "monday": 1, "tuesday": 2, "wednesday": 3, "thursday": 4, "friday": 5, "saturday": 6}


def bar(shop: ShopView, search: str | None, page: Page) -> list[Any]:
    """The controls with the values of a URL's query, and a message for whatever it got wrong or the shop lacks."""
    filters = parse(search, shop)
    need = need_of(page.needs, shop)
    if need:
        return [html.Div(state_message(*need), className="ca-needs")]
    controls = [_scope(shop, filters), _window(filters), _range(shop, filters), _as_of(shop, filters)]
    if page.has_grain:
        controls.append(_grain(coarser(filters) if any(panel.adds_days for panel in page.panels) else filters))
    controls += [_choice(choice, filters) for choice in page.choices]
    alerts = [
        dmc.Alert(message, color="yellow", variant="light", icon=icon("alert", 18), className="ca-alert") for message in filters.messages
    ]
    return [html.Div(controls, className="ca-filters"), *alerts, *_notes(shop, filters, page)]


def changed(shop: ShopView, search: str | None, trigger: str, value: Any) -> str:
    """The URL's query after a control changed: a preset replaces days, days replace a preset."""
    filters = parse(search, shop)
    values: dict[str, str | None] = {
        "scope": filters.scope,
        "window": filters.window,
        "from": None if filters.window else filters.start.isoformat(),
        "to": None if filters.window else filters.end.isoformat(),
        "as_of": filters.as_of.isoformat() if filters.as_of != shop.report_date else None,
        "grain": filters.grain if filters.has_own_grain else None,
        **filters.chosen,
    }
    if trigger == "window" and value:
        values |= {"window": value, "from": None, "to": None}
    elif trigger == "range" and value and all(value):
        values |= _days(filters, value)
    elif trigger in ("scope", "as_of", "grain", *CHOICES) and value:
        values[trigger] = None if trigger == "as_of" and value == (shop.report_date or dt.date.min).isoformat() else value
    return to_search(values)


def _days(filters: Filters, value: list[str]) -> dict[str, str | None]:
    start, end = str(value[0])[:10], str(value[1])[:10]
    if (start, end) == (filters.start.isoformat(), filters.end.isoformat()):
        return {}
    return {"window": None, "from": start, "to": end}


def _scope(shop: ShopView, filters: Filters) -> dmc.Select:
    groups: dict[str, list[dict[str, str]]] = {}
    for scope in shop.scopes:
        dimension, sign, value = scope.partition("=")
        group = label(dimension) if sign else "Shop"
        text = label(value) if value.startswith("__") else value
        groups.setdefault(group, []).append({"value": scope, "label": text if sign else "Whole shop"})
    data = [{"group": group, "items": items} for group, items in groups.items()]
    return dmc.Select(
        id={"type": "filter", "name": "scope"},
        data=data,
        value=filters.scope,
        searchable=True,
        allowDeselect=False,
        label="Scope",
        size="sm",
        leftSection=icon("layers", 16),
        nothingFoundMessage="No such value",
        maxDropdownHeight=340,
        className="ca-filter-scope",
        limit=300,
        comboboxProps={"width": 260, "position": "bottom-start"},
        withScrollArea=False,  # the list itself scrolls, so that assistive tools find one thing and not two
        styles={"options": {"maxHeight": 340, "overflowY": "auto"}},
        attributes={"options": {"tabIndex": 0}},
    )


def _window(filters: Filters) -> html.Div:
    control = dmc.SegmentedControl(
        id={"type": "filter", "name": "window"},
        data=[{"value": value, "label": text} for value, text in RANGES],
        value=filters.window or "",
        size="sm",
    )
    return html.Div(
        [html.Span("Range", className="ca-filter-label"), control], className="ca-filter-window", role="group", **{"aria-label": "Range"}
    )


def _range(shop: ShopView, filters: Filters) -> dmc.DatePickerInput:
    return dmc.DatePickerInput(
        id={"type": "filter", "name": "range"},
        type="range",
        value=[filters.start.isoformat(), filters.end.isoformat()],
        label="Days",
        size="sm",
        minDate=filters.first_day.isoformat(),
        maxDate=filters.as_of.isoformat(),
        valueFormat=current().picker,
        leftSection=icon("calendar", 16),
        allowSingleDateInRange=True,
        firstDayOfWeek=WEEKDAY_NUMBERS.get(shop.week_start, 1),
        className="ca-filter-range",
    )


def _as_of(shop: ShopView, filters: Filters) -> dmc.Select:
    data = [{"value": date.isoformat(), "label": day(date, current())} for date in shop.report_dates[:400]]
    return dmc.Select(
        id={"type": "filter", "name": "as_of"},
        data=data,
        value=filters.as_of.isoformat(),
        allowDeselect=False,
        label="As of",
        size="sm",
        leftSection=icon("clock", 16),
        searchable=len(data) > 8,
        className="ca-filter-asof",
        comboboxProps={"width": 180},
    )


def _grain(filters: Filters) -> html.Div:
    return _buttons("grain", "Periods", [(grain, label(grain)) for grain in GRAINS], filters.grain)


def _choice(choice: Choice, filters: Filters) -> Any:
    is_idle = choice.idle_with is not None and filters.values[choice.idle_with[0]] == choice.idle_with[1]
    value = choice.default if is_idle else filters.values[choice.name]
    if not choice.is_list:
        return _buttons(choice.name, choice.title, list(choice.options), value, is_idle=is_idle)
    return dmc.Select(
        id={"type": "filter", "name": choice.name},
        data=[{"value": option, "label": text} for option, text in choice.options],
        value=value,
        allowDeselect=False,
        label=choice.title,
        disabled=is_idle,
        size="sm",
        className="ca-filter-choice",
    )


def _buttons(name: str, title: str, options: list[tuple[str, str]], value: str, *, is_idle: bool = False) -> html.Div:
    data = [{"value": option, "label": text} for option, text in options]
    control = dmc.SegmentedControl(id={"type": "filter", "name": name}, data=data, value=value, size="sm", disabled=is_idle)
    return html.Div(
        [html.Span(title, className="ca-filter-label"), control], className="ca-filter-grain", role="group", **{"aria-label": title}
    )


def _notes(shop: ShopView, filters: Filters, page: Page) -> list[Any]:
    """What readers of these numbers have to know about the scope and the sources."""
    texts = []
    if filters.scope != "all" and not filters.messages:
        texts.append(f"{scope_label(filters.scope)} counts only sessions inside it: a customer’s first order here is his first here.")
    if page.uses_download:
        texts += download_notes(shop.meta)
    return [html.P(text, className="ca-scope-note") for text in texts]
