"""The filter bar: scope, range, as of, and what else a page lets readers choose. It shows what the URL says (`filters.url` writes it)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import dash_mantine_components as dmc
from dash import html

from ca_assets.analyses.core.downloads import download_notes
from ca_assets.contracts.alarms import alarms_of
from ca_assets.contracts.units import GRAINS
from ca_dash.components.icons import icon
from ca_dash.components.states import state_message
from ca_dash.filters.url import ALL, SPLIT_VALUES, Choice, Filters, dimensions
from ca_dash.format import RESERVED, day, days, label, scope_label, scope_parts
from ca_dash.locales import BRITISH, current
from ca_dash.reports import ShopView

RANGES = (("7d", "7 d"), ("28d", "28 d"), ("90d", "90 d"), ("365d", "1 y"), (ALL, "All"))
LISTED_DATES = 400
LISTED_SCOPES = 300
COUNTRY = "country"  # the dimension, also as the end of a name (shipping_country), whose values are countries' codes
CALENDAR = {
    "previousMonth": "Previous month",
    "nextMonth": "Next month",
    "previousYear": "Previous year",
    "nextYear": "Next year",
    "previousDecade": "Previous ten years",
    "nextDecade": "Next ten years",
}


@dataclass(frozen=True)
class Controls:
    """What a page's bar has besides scope, range and as of, and what must be said in it.

    `has_grain` offers days, weeks, months (`adds_days`: coarser ones unless the URL names some), `choices` the page's own choices.
    `needs` names the parts of a shop without which the whole page has nothing to show; `starts_at_download`: some of its figures begin
    at the download, so that readers must be told what a download is. `follows_dates`: one of them is another one for other dates.
    `can_split`: one of them can show a line for each of some values of a dimension.
    """

    has_grain: bool = False
    adds_days: bool = False
    choices: tuple[Choice, ...] = ()
    needs: tuple[str, ...] = ()
    starts_at_download: bool = False
    follows_dates: bool = True
    can_split: bool = False


def bar(shop: ShopView, filters: Filters, controls: Controls) -> list[Any]:
    """The controls with their values, and a message for whatever the URL got wrong or the shop lacks."""
    missing = shop.missing_part(controls.needs)
    if missing:
        return [html.Div(state_message(missing.title, missing.remedy), className="ca-needs")]
    parts: list[Any] = [_scope(shop, filters), _dates(shop, filters, is_idle=not controls.follows_dates), _as_of(shop, filters)]
    if controls.has_grain:
        grain = filters.coarser().grain if controls.adds_days else filters.grain
        parts.append(_buttons("grain", "Periods", [(value, label(value)) for value in GRAINS], grain))
    parts += [_choice(choice, filters) for choice in controls.choices]
    if controls.can_split and dimensions(shop):
        parts.append(_split(shop, filters))
    alerts = [
        dmc.Alert(message, color="yellow", variant="light", icon=icon("alert", 18), className="ca-alert")
        for message in (*filters.messages, *_alarms(shop))
    ]
    remarks = []
    if filters.scope != ALL and not filters.messages:
        remarks.append(f"{scope_label(filters.scope)} counts only sessions inside it: a customer’s first order here is his first here.")
    if controls.can_split and filters.split:
        remarks.append(_split_remark(filters))
    if not controls.follows_dates:
        remarks.append("The dates are off here: this page is about all that was known on the report date.")
    if controls.starts_at_download:
        remarks += download_notes(shop.meta)
    chosen = summary(shop, filters, controls)
    bar = html.Div([_fold(chosen), *parts], className="ca-filters", **{"data-summary": chosen})
    of_what = f"{shop.name} · {scope_label(filters.scope)} · {days(filters.start, filters.end, current())}"
    caption = html.Div(f"{of_what} · report date {day(filters.as_of, current())}", className="ca-caption", hidden=True)  # of pictures
    return [bar, caption, *alerts, *(html.P(remark, className="ca-scope-note") for remark in remarks)]


def _fold(chosen: str) -> html.Button:
    """On phones the bar is this one line until it is opened; assets/keyboard.js opens it and says so."""
    parts = [icon("funnel", 16), html.Span(chosen), icon("dots", 16)]
    return html.Button(parts, className="ca-filters-fold", **{"aria-label": f"Filters: {chosen}"})


def summary(shop: ShopView, filters: Filters, controls: Controls) -> str:
    """What is chosen, in a few words, for those who do not see the bar change: scope and days, and whatever else is no default."""
    parts = [scope_label(filters.scope)]
    if controls.follows_dates:
        parts.append(days(filters.start, filters.end, current()))
    if filters.as_of != shop.report_date:
        parts.append(f"as of {day(filters.as_of, current())}")
    if controls.has_grain and filters.has_own_grain:
        parts.append(label(filters.grain))
    if controls.can_split and filters.split and filters.scope == ALL:
        parts.append(f"split by {label(filters.split).lower()}")
    chosen = [(choice, filters.choices[choice.name]) for choice in controls.choices]
    parts += [f"{choice.title}: {choice.text(value)}" for choice, value in chosen if value != choice.default]
    return "; ".join(parts)


def _alarms(shop: ShopView) -> list[str]:
    """What the last load found odd in the shop's data, a sentence each."""
    return [f"Please check the {alarm.source} that were loaded: {alarm.text}." for alarm in alarms_of(shop.meta)]


def _scope(shop: ShopView, filters: Filters) -> dmc.Select:
    groups: dict[str, list[dict[str, str]]] = {}
    for scope in shop.scopes:
        dimension, value = scope_parts(scope)
        group = "Shop" if value is None else label(dimension)
        groups.setdefault(group, []).append(_scope_option(scope))
    return dmc.Select(
        id={"type": "filter", "name": "scope"},
        data=[{"group": group, "items": items} for group, items in groups.items()],
        value=filters.scope,
        searchable=True,
        openOnFocus=False,  # it gets the focus back after each change
        filter={"function": "caFindScopes"},
        renderOption={"function": "caScope"},
        allowDeselect=False,
        label="Filter",
        size="sm",
        leftSection=icon("layers", 16),
        nothingFoundMessage="No such value",
        maxDropdownHeight=340,
        className="ca-filter-scope",
        limit=LISTED_SCOPES,
        comboboxProps={"width": 260, "position": "bottom-start"},
        withScrollArea=False,  # the list itself scrolls, so that assistive tools find one thing and not two
        styles={"options": {"maxHeight": 340, "overflowY": "auto"}},
        attributes={"options": {"tabIndex": 0}},
    )


def _dates(shop: ShopView, filters: Filters, *, is_idle: bool) -> html.Div:
    """One control of two parts: the lengths that end at the report date, and any days. Idle: nothing on the page follows it."""
    return _labelled(
        "Dates",
        html.Div([_window(filters, is_idle=is_idle), _range(shop, filters, is_idle=is_idle)], className="ca-filter-dates-parts"),
        "ca-filter-dates",
    )


def _scope_option(scope: str) -> dict[str, str]:
    """A scope as the list has it: `label` when it is chosen, `text` under its group; a country's `name`, and the `names` it is found by."""
    dimension, value = scope_parts(scope)
    if value is None:
        return {"value": scope, "label": scope_label(scope), "text": scope_label(scope)}
    option = {"value": scope, "label": scope_label(scope), "text": RESERVED.get(value, value)}
    languages = (current().babel, BRITISH.babel) if dimension == COUNTRY or dimension.endswith(f"_{COUNTRY}") else ()
    names = [str(language.territories[value]) for language in languages if value in language.territories]
    return option | {"name": names[-1], "names": " ".join(names)} if names else option


def _window(filters: Filters, *, is_idle: bool) -> html.Div:
    control = dmc.SegmentedControl(
        id={"type": "filter", "name": "window"},
        data=[{"value": value, "label": text} for value, text in RANGES],
        value=filters.window or "",
        size="sm",
        disabled=is_idle,
    )
    return html.Div(control, className="ca-filter-window")


def _range(shop: ShopView, filters: Filters, *, is_idle: bool) -> dmc.DatePickerInput:
    return dmc.DatePickerInput(
        id={"type": "filter", "name": "range"},
        type="range",
        disabled=is_idle,
        value=[filters.start.isoformat(), filters.end.isoformat()],
        size="sm",
        minDate=filters.first_day.isoformat(),
        maxDate=filters.as_of.isoformat(),
        valueFormat=current().picker,
        leftSection=icon("calendar", 16),
        allowSingleDateInRange=True,
        firstDayOfWeek=(shop.week_start + 1) % 7,  # the calendar's 0 is Sunday
        className="ca-filter-range",
        ariaLabels=CALENDAR,
        popoverProps={"middlewares": {"shift": True, "flip": False}},  # above the bar there is no room for a calendar, below one can scroll
    )


def _as_of(shop: ShopView, filters: Filters) -> dmc.Select:
    data = [{"value": date.isoformat(), "label": day(date, current())} for date in shop.report_dates[:LISTED_DATES]]
    return dmc.Select(
        id={"type": "filter", "name": "as_of"},
        data=data,
        value=filters.as_of.isoformat(),
        allowDeselect=False,
        label="Report date",
        size="sm",
        leftSection=icon("clock", 16),
        searchable=len(data) > 8,
        openOnFocus=False,
        className="ca-filter-asof",
        comboboxProps={"width": 180},
    )


def _choice(choice: Choice, filters: Filters) -> Any:
    is_idle = choice.idle_with is not None and filters.choices[choice.idle_with[0]] == choice.idle_with[1]
    value = choice.default if is_idle else filters.choices[choice.name]
    if not choice.is_list:
        return _buttons(choice.name, choice.title, choice.options, value, is_idle=is_idle)
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


def _split(shop: ShopView, filters: Filters) -> dmc.Select:
    """By which dimension charts show a line for each of the first values."""
    return dmc.Select(
        id={"type": "filter", "name": "split"},
        data=[{"value": "", "label": "Nothing"}, *({"value": name, "label": label(name)} for name in dimensions(shop))],
        value=filters.split,
        allowDeselect=False,
        label="Split by",
        size="sm",
        openOnFocus=False,
        className="ca-filter-choice",
    )


def _split_remark(filters: Filters) -> str:
    if filters.scope != ALL:
        return f"Not split by {label(filters.split).lower()}: charts are split for the whole shop only, and one part of it is the filter."
    lines = f"its first {SPLIT_VALUES} values"
    return f"Charts of one measure over time show a line for {lines} of {label(filters.split).lower()}; the others the whole shop."


def _buttons(name: str, title: str, options: Sequence[tuple[str, str]], value: str, *, is_idle: bool = False) -> html.Div:
    data = [{"value": option, "label": text} for option, text in options]
    control = dmc.SegmentedControl(id={"type": "filter", "name": name}, data=data, value=value, size="sm", disabled=is_idle)
    return _labelled(title, control, "ca-filter-grain")


def _labelled(title: str, control: Any, class_name: str) -> html.Div:
    """A group of buttons under its title."""
    return html.Div([html.Span(title, className="ca-filter-label"), control], className=class_name, role="group", **{"aria-label": title})
