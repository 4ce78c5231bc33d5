"""The mapping form: which column of theirs is which of ours, what else becomes a filter or a step, and how values are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
import yaml
from dash import html

from ca_assets.contracts.sources import REQUIRED_COLUMNS, SOURCE_FIELDS, our_name
from ca_assets.zones import zone_names
from ca_dash.components.icons import icon
from ca_dash.settings import forms

ALWAYS = "\u0001always"  # of has_purchased: every row is an order
TITLES = {
    "id": ("Order id", "Of the order or session; the same in all files"),
    "client": ("Customer id", "Without one an order is a guest’s"),
    "session_start_date": ("Time of the order or visit", ""),
    "date": ("End of the visit", ""),
    "payment_amount": ("Amount", "What was paid"),
    "discount_amount": ("Discount", ""),
    "has_purchased": ("Is it an order?", "A yes/no column, or a state"),
    "promotion_id": ("Promotion or voucher", ""),
    "currency": ("Currency", ""),
    "refund_amount": ("Refunded amount", ""),
    "refund_date": ("Time of the refund", ""),
    "updated_at": ("Changed at", "Of several rows with one id the latest counts"),
    "download_date": ("First contact", "Install, sign-up or first visit"),
    "signup_date": ("Sign-up", ""),
    "product": ("Product", "Its id or name"),
    "price": ("Price of one", ""),
    "category": ("Category", ""),
    "quantity": ("Quantity", "Without one it is 1"),
    "product_name": ("Product name", ""),
    "delivery_date": ("Delivered at", ""),
    "prepare_date": ("Prepared at", ""),
    "return_date": ("Driver back at", ""),
    "promised_date": ("Promised for", ""),
    "latitude": ("Latitude", ""),
    "longitude": ("Longitude", ""),
}
OWN_TITLES = {
    ("baskets", "date"): ("Time of the line", "Only tells which lines a load reads again"),
    ("customers", "client"): ("Customer id", "The same as in orders"),
}
DELIMITERS = ((",", "Comma ,"), (";", "Semicolon ;"), ("\t", "Tab"), ("|", "Bar |"))
DECIMALS = ((".", "Point: 1234.50"), (",", "Comma: 1234,50"))
THOUSANDS = (("", "None"), (".", "Point"), (",", "Comma"), (" ", "Blank"), ("'", "Apostrophe"), ("_", "Underline"))
PLACE = ("kind", "path", "url", "credentials", "table", "query", "recipe")
SHOWN_OPTIONS = ("delimiter", "decimal", "thousands", "date_format", "timezone")
MAPS = ("columns", "dimensions", "actions")


def mapping_form(name: str, found: Mapping[str, Any]) -> html.Div:
    """The form for a source (sessions, …). `found`: `source` (its values so far), `columns` of theirs, `guess`, `recipe`."""
    source, columns = found["source"], list(found["columns"])
    if "recipe" in source:
        return _recipe_in_use(found)
    required = [field.name for field in SOURCE_FIELDS[name] if field.name in REQUIRED_COLUMNS[name] or field.name == "client"]
    optional = [field.name for field in SOURCE_FIELDS[name] if field.name not in required]
    guess = found.get("guess") or {}
    parts: list[Any] = [*_offer(found), *_questions(guess)]
    parts.append(html.Div([_column(name, ours, source, columns, guess) for ours in required], className="ca-map"))
    parts.append(
        _fold(
            f"Optional columns ({_count(optional, source)} of {len(optional)} used)",
            _columns(name, optional, source, columns, guess),
            bool(_count(optional, source)),
        )
    )
    if name in ("sessions", "customers"):
        parts.append(_further(name, source, columns))
    parts.append(_fold("How the values are written", _options(source), is_open=False))
    return forms.form(parts, "What the columns mean", class_name="is-wide")


def mapped(name: str, fields: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """The source that the form's fields say. `fields`: `columns` ours → theirs, `dimensions`, `actions` (lists of theirs), `options`,
    `more` (YAML). `before`: the values that the form began with, whose place stays. FormError when `more` cannot be read."""
    source = {key: before[key] for key in PLACE if before.get(key)}
    try:
        more = yaml.safe_load(fields["more"] or "") or {}
    except yaml.YAMLError as error:
        raise forms.FormError(f"These lines are no YAML: {' '.join(str(error).split())[:200]}", "more") from None
    if not isinstance(more, dict):
        raise forms.FormError("Write one key and its value in a line, such as `skip_rows: 2`.", "more")
    constants = dict(more.pop("constants", None) or {})
    columns = {ours: theirs for ours, theirs in fields["columns"].items() if theirs and theirs != ALWAYS}
    constants = {ours: value for ours, value in constants.items() if ours not in columns}
    if fields["columns"].get("has_purchased") == ALWAYS:
        constants["has_purchased"] = "true"
    options = {key: value for key, value in fields["options"].items() if value}
    if isinstance(before.get("date_format"), dict) and "date_format" not in options and "date_format" not in more:
        options["date_format"] = before["date_format"]
    source |= {**more, **options, "constants": constants, "columns": columns}
    for key in ("dimensions", "actions"):
        if fields[key]:
            known = {theirs: ours for ours, theirs in _as_map(before.get(key)).items()}
            source[key] = {known.get(theirs, our_name(theirs)): theirs for theirs in fields[key]}
    return {key: value for key, value in source.items() if value not in (None, "", {}, [])}


def guessed(place: Mapping[str, Any], guess: Mapping[str, Any]) -> dict[str, Any]:
    """A source at a place, with the guess of its mapping."""
    columns = {ours: proposal["theirs"] for ours, proposal in guess["columns"].items()}
    maps = {key: guess[key] for key in ("dimensions", "actions") if guess[key]}
    return {**place, **guess["options"], "columns": columns, **maps}


def _column(name: str, ours: str, source: Mapping[str, Any], columns: Sequence[str], guess: Mapping[str, Any]) -> dmc.Select:
    title, hint = OWN_TITLES.get((name, ours)) or TITLES.get(ours, (ours.replace("_", " "), ""))
    theirs = (source.get("columns") or {}).get(ours)
    proposal = (guess.get("columns") or {}).get(ours)
    if proposal and theirs == proposal["theirs"]:
        sure = "sure" if proposal["score"] >= 0.9 else "likely" if proposal["score"] >= 0.7 else "unsure, check it"
        hint = f"{hint}. " if hint else ""
        hint += f"Guess: {sure} ({proposal['why']})"
    choices = [(column, column) for column in dict.fromkeys([*columns, *([theirs] if theirs else [])])]
    if ours == "has_purchased":
        choices = [(ALWAYS, "Every row is an order"), *choices]
        if (source.get("constants") or {}).get("has_purchased") == "true" and not theirs:
            theirs = ALWAYS
    is_required = ours in REQUIRED_COLUMNS[name]
    return forms.choice_field(
        {"type": "map", "ours": ours},
        title,
        choices,
        theirs,
        hint=hint,
        required=is_required,
        clearable=True,
        allowDeselect=True,
        searchable=True,
        placeholder="Choose a column" if is_required else "None",
    )


def _columns(name: str, ours: Sequence[str], source: Mapping[str, Any], columns: Sequence[str], guess: Mapping[str, Any]) -> html.Div:
    return html.Div([_column(name, field, source, columns, guess) for field in ours], className="ca-map")


def _further(name: str, source: Mapping[str, Any], columns: Sequence[str]) -> html.Div:
    dimensions, actions = (_as_map(source.get(key)) for key in ("dimensions", "actions"))
    choices = list(dict.fromkeys([*columns, *dimensions.values(), *actions.values()]))
    what = (
        "Yes/no columns such as “added to basket”, in the order of your funnel"
        if name == "sessions"
        else "Times, in the order of your funnel"
    )
    fields = [
        dmc.MultiSelect(
            id={"type": "map-list", "key": "actions"},
            label="Steps",
            description=what,
            data=choices,
            value=list(actions.values()),
            searchable=True,
            clearable=True,
        )
    ]
    if name == "sessions":
        about = "Columns with few different values, such as country or channel: every page can be filtered by them"
        fields.insert(
            0,
            dmc.MultiSelect(
                id={"type": "map-list", "key": "dimensions"},
                label="Filters",
                description=about,
                data=choices,
                value=list(dimensions.values()),
                searchable=True,
                clearable=True,
            ),
        )
    return html.Div(fields, className="ca-map is-lists")


def _options(source: Mapping[str, Any]) -> html.Div:
    """How values are written: what most need as fields, all else as lines of shop.yaml."""
    date_format = source.get("date_format")
    more = {key: value for key, value in source.items() if key not in (*PLACE, *SHOWN_OPTIONS, *MAPS)}
    if isinstance(date_format, dict):
        more["date_format"] = date_format
    if (more.get("constants") or {}).get("has_purchased"):
        more["constants"] = {key: value for key, value in more["constants"].items() if key != "has_purchased"}
    more = {key: value for key, value in more.items() if value not in (None, {}, [])}
    text = yaml.safe_dump(more, sort_keys=False, allow_unicode=True) if more else ""

    def option(key: str) -> dict[str, str]:
        return {"type": "map-option", "key": key}

    zones = [("", "The shop’s"), *((zone, zone) for zone in sorted(zone_names()))]
    fields = [
        forms.choice_field(option("delimiter"), "Between columns", DELIMITERS, source.get("delimiter", ","))
        if source.get("kind") == "csv"
        else None,
        forms.choice_field(option("decimal"), "Decimal sign", DECIMALS, source.get("decimal", ".")),
        forms.choice_field(option("thousands"), "Thousands sign", THOUSANDS, source.get("thousands") or ""),
        forms.text_field(
            option("date_format"),
            "Format of dates",
            date_format if isinstance(date_format, str) else "",
            hint="Empty: 2024-05-31 or 2024-05-31T10:00; else such as %d.%m.%Y %H:%M",
            debounce=600,
        ),
        forms.choice_field(option("timezone"), "Time zone of times without one", zones, source.get("timezone") or ""),
    ]
    lines = forms.long_text_field(
        "map-more",
        "Anything else, as lines of shop.yaml",
        text,
        hint="encoding, skip_rows, null_values, true_values, false_values, guest_clients, versions, constants, …",
        rows=2,
        debounce=800,
    )
    return html.Div([html.Div([field for field in fields if field is not None], className="ca-map"), lines])


def _offer(found: Mapping[str, Any]) -> list[html.Div]:
    recipe = found.get("recipe")
    if not recipe:
        return []
    others = list(recipe["sources"][1:])
    also = f" It also gives {' and '.join(others)} from the same file." if others else ""
    return [
        html.Div(
            [
                html.Div([html.Strong("This file is known. "), html.Span(f"{recipe['title']}.{also}")]),
                forms.plain_button("src-use-recipe", "Read it as that", "bookmark"),
            ],
            className="ca-check-suggestion is-offer",
        )
    ]


def _recipe_in_use(found: Mapping[str, Any]) -> html.Div:
    recipe = found.get("recipe") or {}
    notes = [html.Li(note) for note in recipe.get("notes", [])]
    return html.Div(
        [
            html.P([html.Strong(f"Read by the recipe {found['source']['recipe']}. "), html.Span(recipe.get("title", ""))]),
            html.Ul(notes, className="ca-muted") if notes else None,
            forms.plain_button("src-by-hand", "Map by hand instead", "table"),
        ]
    )


def _questions(guess: Mapping[str, Any]) -> list[html.Div]:
    return [html.Div([icon("info", 18), html.Span(question)], className="ca-check-question") for question in guess.get("questions") or []]


def _fold(title: str, content: Any, is_open: bool) -> html.Details:
    return html.Details([html.Summary(title), content], open=is_open, className="ca-fold-part")


def _count(fields: Sequence[str], source: Mapping[str, Any]) -> int:
    return sum(field in (source.get("columns") or {}) for field in fields)


def _as_map(value: Any) -> dict[str, str]:
    return {name: name for name in value} if isinstance(value, list) else dict(value or {})
