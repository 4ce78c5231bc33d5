"""The frame around every page: header, navigation made from the site's pages, the place of the page, the table window."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from ca_dash.app import comments, explanation, saved_views
from ca_dash.app.own_files import ICON
from ca_dash.app.site import Site
from ca_dash.auth.login import current_user
from ca_dash.auth.security import csrf_token
from ca_dash.components.icons import icon
from ca_dash.format import day
from ca_dash.locales import OFFERED, current, name_of
from ca_dash.page import Page
from ca_dash.reports import ShopView
from ca_dash.search.box import box
from ca_dash.settings.forms import SAID
from ca_dash.settings.page import ROOT
from ca_dash.settings.runs import notices
from ca_dash.theme import mantine_theme

NAV_WIDTH = 232


def layout(shop: ShopView | None, site: Site) -> dmc.MantineProvider:
    """The whole document of one visit."""
    shell = dmc.AppShell(
        [
            dmc.AppShellHeader(_header(shop), className="ca-header"),
            dmc.AppShellNavbar(_navigation(site), id="navbar", className="ca-navbar", **{"aria-label": "Pages"}),
            dmc.AppShellMain(html.Div(id="page", className="ca-main"), id="main", tabIndex=-1),
        ],
        id="shell",
        header={"height": 56},
        navbar={"width": NAV_WIDTH, "breakpoint": 900, "collapsed": {"mobile": True, "desktop": False}},
        padding=0,
        transitionDuration=0,
    )
    parts = [
        html.A("Skip to content", href="#main", className="ca-skip"),
        dcc.Location(id="url", refresh=False),
        dcc.Store(id="title"),
        dcc.Store(id="colors"),
        dcc.Store(id="shown"),  # the path of the page that is in place
        dcc.Store(id="query"),  # the query of that page; assets/app.js fills it
        dcc.Store(id=SAID),  # what a form did; assets/forms.js shows it
        shell,
        _table_window(),
        explanation.window(),
        saved_views.window(),
        comments.window(),
        html.Div(id="toast", className="ca-toast", role="status"),  # assets/app.js fills it
        html.Div([html.P(id="said-page"), html.P(id="said-filter")], className="ca-unseen", role="status"),  # assets/keyboard.js fills it
    ]
    return dmc.MantineProvider(parts, theme=mantine_theme(), defaultColorScheme="auto")


def shared_layout(shop: ShopView | None) -> dmc.MantineProvider:
    """The document of a visitor with a read-only link: one page's figures, without anything that leads elsewhere."""
    name, state = (shop.name, f"as of {day(shop.report_date, current())}") if shop and shop.report_date else ("CustomerAnalytics", "")
    head = html.Header([html.Span(name, className="ca-shop"), html.Span(state, className="ca-asof")], className="ca-shared-head")
    stores = [dcc.Store(id=name) for name in ("title", "colors", "shown", "query")]
    main = html.Main(html.Div(id="page", className="ca-main"), id="main", tabIndex=-1)
    parts = [dcc.Location(id="url", refresh=False), *stores, head, main]
    return dmc.MantineProvider(html.Div(parts, className="ca-shared"), theme=mantine_theme(), defaultColorScheme="auto")


def _navigation(site: Site) -> list[Any]:
    groups = [
        html.Div(
            [_group_button(group, place), html.Ul([_entry(page.path, page.title, page.icon) for page in pages], id=f"nav-{place}")],
            className="ca-nav-group",
        )
        for place, (group, pages) in enumerate(groupby(site.pages, key=lambda page: page.group))
    ]
    fold = html.Button(
        [icon("fold"), html.Span("Fold navigation", className="ca-nav-label")],
        id="fold",
        className="ca-fold",
        n_clicks=0,
        **{"aria-label": "Fold navigation"},
    )
    settings = html.Ul([_entry(ROOT, "Settings", "gear"), _entry("/profile", "Profile", "user")], className="ca-nav-bottom")
    return [html.Div(groups, className="ca-nav"), html.Div([settings, fold], className="ca-nav-end")]


def _group_button(group: str, place: int) -> html.Button:
    """The title of a group, which opens and closes it; assets/app.js remembers which are closed."""
    state = {"aria-expanded": "true", "aria-controls": f"nav-{place}"}
    return html.Button([group, icon("chevron", 14)], type="button", className="ca-nav-title", **{**state, "data-group": group})


def _link(page: Page) -> html.Li:
    return _entry(page.path, page.title, page.icon)


def _entry(path: str, title: str, picture: str) -> html.Li:
    content = [icon(picture), html.Span(title, className="ca-nav-label")]
    return html.Li(dcc.Link(content, id={"type": "nav", "path": path}, href=path, className="ca-nav-link", title=title))


def _header(shop: ShopView | None) -> html.Div:
    name = shop.name if shop else "CustomerAnalytics"
    state = f"as of {day(shop.report_date, current())}" if shop and shop.report_date else "no data yet"
    left = [
        html.Button(
            icon("menu", 20), id="drawer", className="ca-burger", n_clicks=0, **{"aria-label": "Open navigation", "aria-controls": "navbar"}
        ),
        html.Img(src=ICON, alt="", width=26, height=26),
        html.Div([html.Span(name, className="ca-shop", title=name), html.Span(state, className="ca-asof")], className="ca-brand"),
    ]
    scheme_switch = dmc.ColorSchemeToggle(
        id="scheme",
        lightIcon=icon("sun"),
        darkIcon=icon("moon"),
        variant="subtle",
        color="gray",
        size="lg",
        **{"aria-label": "Light or dark colours"},
    )
    return html.Div(
        [
            html.Div(left, className="ca-header-left"),
            box(),
            html.Div([*notices.slot(), *_page_buttons(), scheme_switch, _user_menu()], className="ca-header-right"),
        ],
        className="ca-header-row",
    )


def _page_buttons() -> list[dmc.ActionIcon]:
    """What one can do with the page as it is: copy its address, find it again."""
    buttons = (("copy-link", "link", "Copy the link to this page with its filters"), ("views-open", "bookmark", "Saved views"))
    return [
        dmc.ActionIcon(icon(picture), id=name, variant="subtle", color="gray", size="lg", n_clicks=0, **{"aria-label": text})
        for name, picture, text in buttons
    ]


def _user_menu() -> dmc.Popover:
    user = current_user()
    name, role = (user.name, user.role) if user else ("", "")
    button = dmc.ActionIcon(icon("user"), variant="subtle", color="gray", size="lg", **{"aria-label": f"Account of {name}"})
    leave = html.Button([icon("logout", 16), "Log out"], type="button", className="ca-logout", **{"data-csrf": csrf_token()})
    who = html.Div([html.Strong(name), html.Span(role, className="ca-muted")], className="ca-who")
    return dmc.Popover(  # no menu: readers' tools expect nothing but entries in one
        [dmc.PopoverTarget(button), dmc.PopoverDropdown([who, dmc.Divider(), _formats(), dmc.Divider(), leave], className="ca-account")],
        position="bottom-end",
        shadow="md",
        width=250,
        trapFocus=True,
        keepMounted=False,
    )


def _formats() -> html.Label:
    """The reader's own formats of numbers and dates; assets/app.js keeps the choice in a cookie and loads the page again."""
    chosen = current().tag
    tags = OFFERED if chosen in OFFERED else (chosen, *OFFERED)
    options = [html.Option(name_of(tag), value=tag, selected=tag == chosen) for tag in tags]
    return html.Label([html.Span("Numbers and dates"), html.Select(options, className="ca-locale")], className="ca-formats")


def _table_window() -> dmc.Modal:
    return dmc.Modal(
        html.Div(id="table-body"),
        id="table-window",
        title="",
        size="min(1100px, 94vw)",
        opened=False,
        centered=True,
        closeButtonProps={"aria-label": "Close"},
    )
