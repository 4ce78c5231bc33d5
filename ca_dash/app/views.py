"""From a URL's query to what a page shows: the filter bar, tiles, a panel's rows and figure; or a state that says what is missing.

This is the way of every request: `app.callbacks` asks one function here; it reads the query (`filters.url`), the report
(`reports.Reader`), and calls the panel's figure function (`figures`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import plotly.graph_objects as go
from dash import html

from ca_assets.analyses.core.downloads import guest_note
from ca_assets.analyses.core.family import NIGHTLY, family_of_report
from ca_assets.analyses.core.report import ReportSpec
from ca_assets.contracts.report_path import ReportPath
from ca_assets.index.limited import OutsideLimits
from ca_assets.index.protocol import IndexUnavailable, NotPublished
from ca_assets.on_demand.request import NotComputed, RangesUnavailable
from ca_dash.app.rows import ALL_DAYS, CURRENCY, Rows, badge, refuse, scope_currency
from ca_dash.app.site import Site
from ca_dash.auth.sharing import is_shared
from ca_dash.comments.points import add_signs
from ca_dash.comments.service import CommentService
from ca_dash.components.graph import EMPTY
from ca_dash.components.states import Missing, state_message, unavailable
from ca_dash.components.table import TableRows, table
from ca_dash.components.verdict import Verdicts
from ca_dash.figures.base import Style
from ca_dash.figures.measure import SCOPE, add_earlier, split
from ca_dash.filters import bar as filter_bar
from ca_dash.filters.comparison import COMPARED, EARLIER, NOTHING, with_earlier
from ca_dash.filters.url import WINDOWS, Filters, changed, cut, parse
from ca_dash.format import RESERVED, counted, day, days, number, scope_label, step_title
from ca_dash.locales import current
from ca_dash.marks.mark import Mark, Shown, link_marks
from ca_dash.marks.window import marks_table
from ca_dash.page import Page
from ca_dash.panel import Names, Panel, Selection
from ca_dash.reports import Frame, Reader, ShopView
from ca_dash.theme import Scheme

NOT_SHOWN = "Not for your part of the shop"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PanelView:
    """What a panel shows: a figure or a table (`content`), or a state in its place; and its badge."""

    content: Any
    state: html.Div | None = None
    badge: html.Span | None = None


class Views:
    """What pages show, for every request; safe for threads. Nothing here raises for what users can cause or a store can do."""

    def __init__(self, reader: Reader | Callable[[], Reader], site: Site, comments: CommentService | None = None) -> None:
        """`reader`: one for everybody, or what gives that of the request: users may be limited to a part of the shop."""
        self._reader = reader
        self.site = site
        self.comments = comments

    @property
    def reader(self) -> Reader:
        """The reader of this request."""
        return self._reader if isinstance(self._reader, Reader) else self._reader()

    def shop(self) -> ShopView | None:
        """The published shop; None when nothing is published or the store does not answer (panels then say so)."""
        try:
            return self.reader.shop()
        except (NotPublished, IndexUnavailable):
            return None

    def bar(self, page: Page, search: str | None) -> list[Any]:
        """The filter bar; nothing before the first publication."""
        shop = self.shop()
        if shop is None or not shop.report_dates:
            return self._nothing_loaded()
        return filter_bar.bar(shop, parse(search, shop, self.site.choices), page.controls)

    def _nothing_loaded(self) -> list[Any]:
        """The way to figures where nothing was loaded yet; nothing where the store does not answer, which each panel says."""
        try:
            self.reader.shop()
        except NotPublished as error:
            log.debug("%s", error)
        except IndexUnavailable:
            return []
        remedy = "Three steps lead from here to your figures: the store, your sources, and when they are loaded."
        return [html.Div(state_message("No data yet", remedy, links=[("First steps", "/settings/start")]), className="ca-needs")]

    def tiles(self, page: Page, search: str | None, scheme: Scheme) -> list[html.Div]:
        """The tiles of a page that has some; one message when there is nothing to show."""
        try:
            shop = self.reader.shop()
            if page.tiles is None or shop is None or not shop.report_dates:
                return []
            filters = parse(search, shop, self.site.choices)
            return page.tiles.make(Selection(self.reader, filters), Style(scheme, scope_currency(filters.scope, shop), current()))
        except OutsideLimits as error:
            return [html.Div(state_message(NOT_SHOWN, str(error)), className="ca-tile is-empty")]
        except NotPublished as error:
            return [html.Div(state_message("No key figures yet", f"{error}; run ca load."), className="ca-tile is-empty")]
        except IndexUnavailable as error:
            return [html.Div(unavailable(error), className="ca-tile is-empty")]

    def panel(self, panel: Panel, search: str | None, scheme: Scheme) -> PanelView:
        """A panel as its card shows it."""
        try:
            rows = self.rows(panel, search)
            refuse(panel, rows)
            currency = scope_currency(rows.filters.scope, rows.shop)
            style = self.style(panel, rows, scheme)
            if panel.measure and SCOPE in rows.data:
                return PanelView(split(data=rows.data, measure=panel.measure, style=style), badge=badge(rows))
            if panel.figure is None:
                shown = panel.table(data=rows.data, style=style) if panel.table else TableRows(rows.data)
                if isinstance(shown, Verdicts):
                    return PanelView(shown.content(panel.height), badge=badge(rows))
                return PanelView(table(shown, rows.columns, currency, panel.height), badge=badge(rows))
            figure = panel.figure(data=rows.data, style=style)
            link_marks(figure, marks_of(panel, rows, style), rows.filters)
            if panel.measure:
                compared = COMPARED.text(rows.filters.choices[COMPARED.name])
                add_earlier(figure, data=rows.data, measure=panel.measure, style=style, name=compared)
            notes = [str((figure.layout.meta or {}).get("note", "")), self._sign_comments(panel, rows, figure, style)]
            return PanelView(figure, badge=badge(rows, " · ".join(filter(None, notes))))
        except Missing as missing:
            state = missing.message()
        except IndexUnavailable as error:
            log.warning("panel %s: %s", panel.id, error)
            state = unavailable(error)
        return PanelView(EMPTY if panel.figure else None, state)

    def _sign_comments(self, panel: Panel, rows: Rows, figure: go.Figure, style: Style) -> str:
        """Put the signs of open threads on a figure; how many there are, in words."""
        threads = self.comments.about(f"panel:{panel.id}", rows.filters.scope) if self.comments and not is_shared() else ()
        add_signs(figure, threads, style)
        count = sum(thread.resolved_at is None for thread in threads)
        return counted(count, "comment", current()) if count else ""

    def table(self, panel: Panel, search: str | None) -> tuple[str, Any]:
        """Title and content of a panel's table window: all its rows, as they are downloaded."""
        try:
            rows = self.rows(panel, search)
        except Missing as missing:
            return panel.title, missing.message()
        except IndexUnavailable as error:
            return panel.title, unavailable(error)
        title = f"{panel.title} – {number(len(rows.data), 0, current())} rows"
        return title, table(TableRows(_named(rows)), rows.columns, scope_currency(rows.filters.scope, rows.shop))

    def marks(self, panel: Panel, search: str | None, back: str) -> tuple[str, Any]:
        """Title and content of the window with a link to the orders or customers behind each of a panel's marks; `back`: its page's URL."""
        try:
            rows = self.rows(panel, search)
            refuse(panel, rows)
        except Missing as missing:
            return panel.title, missing.message()
        except IndexUnavailable as error:
            return panel.title, unavailable(error)
        return panel.title, marks_table(marks_of(panel, rows, self.style(panel, rows, "light")), rows.filters, back)

    def rows(self, panel: Panel, search: str | None) -> Rows:
        """Rows of a panel's report for a URL's query. Raises Missing and IndexUnavailable."""
        shop = self.reader.shop()
        if shop is None or not shop.report_dates:
            raise Missing("No data yet", "Load a shop: ca sources apply shop.yaml, then ca load; or try ca demo.")
        filters = parse(search, shop, self.site.choices)
        filters = filters.coarser() if panel.adds_days else filters
        spec = panel.spec(filters.choices, filters.grain)
        part = shop.missing_part(spec.needs)
        if part:
            raise Missing(part.title, part.remedy)
        scopes = filters.split_scopes(shop) if panel.measure else ()
        if scopes:
            return self._split_rows(panel, search, filters, shop, scopes)
        return self._rows(panel, search, filters, shop)

    def _rows(self, panel: Panel, search: str | None, filters: Filters, shop: ShopView) -> Rows:
        """The rows for filters. Raises Missing and IndexUnavailable."""
        spec = panel.spec(filters.choices, filters.grain)
        path, frame, span = self._read(panel, spec, filters, shop, search)
        everything = data = panel.prepare(frame.data, spec.grain) if panel.prepare else frame.data
        grain, column = panel.period_grain or spec.grain, "period" if panel.period_grain else spec.key[0]
        columns = spec.columns + panel.added
        if grain is not None and not panel.ignores_range:
            data = cut(data, column, grain, filters.whole_periods(shop.week_start) if panel.adds_days else filters)
            span = ""
            compared = filters.choices[COMPARED.name]
            if panel.measure and compared != NOTHING:
                known = tuple(name for name in panel.measure.columns if name in everything)
                data = with_earlier(data, everything, grain, compared, key=panel.measure.key, columns=known)
                columns += tuple(replace(c, name=f"{EARLIER}{c.name}", meaning=f"Earlier: {c.meaning}") for c in columns if c.name in known)
        guests = guest_note(frame.meta) if spec.leaves_out_guests else ""
        return Rows(data, path, spec, columns, filters, shop, frame.day, span, guests, frame.meta)

    def _split_rows(self, panel: Panel, search: str | None, filters: Filters, shop: ShopView, scopes: Sequence[str]) -> Rows:
        """The rows of several scopes one below the other, with the column `scope`. Raises Missing and IndexUnavailable."""
        if panel.draws_money and filters.split == CURRENCY:
            raise Missing("Several currencies", "Amounts in different currencies have no axis in common. Choose a currency as the filter.")
        uncompared = replace(filters, choices={**filters.choices, COMPARED.name: NOTHING})
        parts = [self._rows(panel, search, replace(uncompared, scope=scope), shop) for scope in scopes]
        data = pd.concat([part.data.assign(**{SCOPE: part.filters.scope}) for part in parts], ignore_index=True)
        data = data[[SCOPE, *(name for name in data if name != SCOPE)]]
        return replace(parts[0], data=data, filters=filters, day=min(part.day for part in parts))

    def _read(self, panel: Panel, spec: ReportSpec, filters: Filters, shop: ShopView, search: str | None) -> tuple[ReportPath, Frame, str]:
        """A report for the page's range, its path, and the days that it is about. Raises Missing."""
        window = filters.window_for(spec, shop.report_dates)
        if spec.has_windows and window is None:
            return self._read_range(spec, filters, shop, search)
        path, wanted = ReportPath(spec.name, spec.type, window.days if window else None), window.end if window else filters.as_of
        try:
            end = filters.end if panel.ends_with_range else wanted
            frame = self.reader.frame_at_end(path, filters.scope, end, wanted)
        except OutsideLimits as error:
            raise Missing(NOT_SHOWN, str(error)) from None
        except NotPublished:
            where = f"{path} for {scope_label(filters.scope)} as of {day(wanted, current())}"
            raise Missing("This report has not been computed yet", f"{where} is not published; {_remedy(spec)}.") from None
        if window is None:
            return path, frame, ALL_DAYS if filters.end == filters.as_of else f"{ALL_DAYS} up to {day(frame.day, current())}"
        if filters.window is None and frame.day != filters.end:
            return self._read_range(spec, filters, shop, search)
        return path, frame, days(replace(window, end=frame.day).first(filters.first_day), frame.day, current())

    def _read_range(self, spec: ReportSpec, filters: Filters, shop: ShopView, search: str | None) -> tuple[ReportPath, Frame, str]:
        """The same for a range that is no fixed window: computed now. Raises Missing, which offers the fixed windows."""
        path, span = ReportPath(spec.name, spec.type), days(filters.start, filters.end, current())
        try:
            return path, self.reader.frame(path, filters.scope, days=(filters.start, filters.end)), span
        except RangesUnavailable:
            lengths = [n for n in WINDOWS.values() if n]
            ready = f"the last {', '.join(map(str, lengths[:-1]))} or {lengths[-1]} days up to {day(filters.as_of, current())}, or all days"
            reason = f"This panel is ready for {ready}."
        except OutsideLimits as error:
            raise Missing(NOT_SHOWN, str(error)) from None
        except (NotComputed, NotPublished) as error:
            reason = str(error)
        links = [
            (f"Last {n} days" if n else "All days", changed(search, shop, self.site.choices, "window", value) or "?")
            for value, n in WINDOWS.items()
        ]
        raise Missing(f"No figures for {span}", reason, links)

    def style(self, panel: Panel, rows: Rows, scheme: Scheme) -> Style:
        """What the panel's figure has to know besides its rows."""
        filters, shop = rows.filters, rows.shop
        grain = filters.grain if panel.adds_days or rows.spec.grain is None else rows.spec.grain
        names = self._names(panel.names, filters) if panel.names else {}
        also = self._also(panel.also, filters) if panel.also else None
        currency, settings = scope_currency(filters.scope, shop), shop.meta.get("settings") or {}
        return Style(
            scheme,
            currency,
            current(),
            grain,
            shop.week_start,
            filters.choices,
            names,
            rows.day,
            settings,
            rows.meta,
            rows.filters.scope,
            self.reader.table_rows(panel.reads_table) if panel.reads_table else pd.DataFrame(),
            also,
        )

    def _also(self, path: ReportPath, filters: Filters) -> pd.DataFrame | None:
        """Rows of another report of the same scope and day; None when it is not published."""
        try:
            return self.reader.frame(path, filters.scope, filters.as_of).data
        except NotPublished:
            return None

    def _names(self, names: Names, filters: Filters) -> dict[str, str]:
        """Names by key; none when their report is not published."""
        try:
            data = self.reader.frame(names.report, filters.scope, filters.as_of).data.dropna(subset=[names.name])
        except NotPublished:
            return {}
        return dict(zip(data[names.key], data[names.name], strict=True))


def marks_of(panel: Panel, rows: Rows, style: Style) -> list[Mark]:
    """What a panel's marks stand for; of a chart that is split by a dimension those of each of its scopes."""
    if panel.behind is None:
        return []
    if SCOPE not in rows.data:
        return panel.behind.marks(rows.data, Shown(rows.filters, style, rows.window))
    marks = []
    for scope, part in rows.data.groupby(SCOPE, sort=False):
        shown = Shown(replace(rows.filters, scope=str(scope)), style, rows.window)
        marks += [mark.of_scope(str(scope)) for mark in panel.behind.marks(part, shown)]
    return marks


def _remedy(spec: ReportSpec) -> str:
    """What makes a report that is not there."""
    job = family_of_report(spec.name).job
    return "run ca load" if job == NIGHTLY else f"the {job} job makes it by itself, or now: ca load --job {job}"


def _named(rows: Rows) -> pd.DataFrame:
    """A table's rows in the order of the charts (by their key) and under the names that charts use; downloads have the report's own."""
    keys = [name for name in rows.spec.key if name in rows.data and name != "step"] + [n for n in ("step_order",) if n in rows.data]
    is_series = "period" in keys or "step_order" in keys
    data = rows.data.sort_values(keys, kind="stable") if is_series else rows.data
    texts = {name: data[name].map(lambda text: RESERVED.get(text, text)) for name in data.columns if data[name].dtype == object}
    if SCOPE in data:
        texts[SCOPE] = data[SCOPE].map(scope_label)
    steps = {"step": data["step"].map(lambda step: step_title(str(step)))} if "step" in data else {}
    return data.assign(**{**texts, **steps})
