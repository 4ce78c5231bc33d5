"""The page kind *form*: labelled fields with hints and errors beside them, one save button, windows that ask before something is lost.

A page makes a form of these parts and registers one callback on its save button, which answers with an error for each field (`errors_of`)
or with what was done (`said`, the text of the toast). Enter in a field presses the form's save button, and the first field with an error
gets the focus (`assets/forms.js`). Every field's label, hint and error are tied to it for screen readers by Mantine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

import dash_mantine_components as dmc
from dash import MATCH, ClientsideFunction, Dash, Input, Output, html

from ca_dash.components.icons import icon

SAID = "said"  # the store whose text is shown as a toast: Output(SAID, "data", allow_duplicate=True)
Id = str | dict[str, Any]


class FormError(ValueError):
    """What a form was given cannot be used. `field`: the name of the field that is wrong; empty: the form as a whole."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


def text_field(id: Id, label: str, value: str = "", *, hint: str = "", required: bool = False, **options: Any) -> dmc.TextInput:
    """A line of text. `options` are those of `dmc.TextInput`, such as `placeholder`."""
    return dmc.TextInput(id=id, value=value, n_submit=0, **_labelled(label, hint, required), **options)


def secret_field(id: Id, label: str, *, hint: str = "", required: bool = False, **options: Any) -> dmc.PasswordInput:
    """A password or key: never filled by the server, not offered by the browser's password store."""
    options = {"autoComplete": "new-password", "visibilityToggleButtonProps": {"aria-label": f"Show {label}"}} | options
    return dmc.PasswordInput(id=id, value="", **_labelled(label, hint, required), **options)


def long_text_field(id: Id, label: str, value: str = "", *, hint: str = "", rows: int = 6, **options: Any) -> dmc.Textarea:
    """Several lines of text, such as a query or a certificate."""
    return dmc.Textarea(
        id=id, value=value, minRows=rows, maxRows=24, autosize=True, spellCheck=False, **_labelled(label, hint, False), **options
    )


def number_field(
    id: Id, label: str, value: float | None = None, *, hint: str = "", required: bool = False, **options: Any
) -> dmc.NumberInput:
    """A number; `options` such as `min`, `max`, `step`."""
    return dmc.NumberInput(id=id, value="" if value is None else value, **_labelled(label, hint, required), **options)


def choice_field(
    id: Id,
    label: str,
    choices: Sequence[tuple[str, str]],
    value: str | None = None,
    *,
    hint: str = "",
    required: bool = False,
    **options: Any,
) -> dmc.Select:
    """One of some `choices` (value, text), found by typing where there are many."""
    data = [{"value": key, "label": text} for key, text in choices]
    many = {"searchable": True, "nothingFoundMessage": "Nothing found", "limit": 200} if len(data) > 8 else {}
    options = {"allowDeselect": False, **many, **options}
    return dmc.Select(id=id, data=data, value=value, **_labelled(label, hint, required), **options)


def switch_field(id: Id, label: str, *, checked: bool = False, hint: str = "", **options: Any) -> dmc.Switch:
    """Yes or no."""
    return dmc.Switch(id=id, label=label, checked=checked, description=hint or None, **options)


def form(parts: Sequence[Any], label: str, *, class_name: str = "") -> html.Div:
    """The parts of a form, one below the other; `label` tells readers' tools what it is for."""
    return html.Div(list(parts), className=f"ca-form-fields {class_name}".strip(), role="form", **{"aria-label": label})


def row(*parts: Any) -> html.Div:
    """Parts side by side, where there is room."""
    return html.Div(list(parts), className="ca-form-row")


def save_button(id: Id, text: str = "Save", **options: Any) -> dmc.Button:
    """The one button of a form that Enter presses too; busy while its callback runs."""
    return dmc.Button(text, id=id, n_clicks=0, className="ca-save", **options)


def plain_button(id: Id, text: str, picture: str | None = None, **options: Any) -> dmc.Button:
    """A button beside it; `picture`: an icon's name."""
    return dmc.Button(text, id=id, n_clicks=0, variant="default", leftSection=icon(picture, 16) if picture else None, **options)


def problem(message: Any, *, id: Id | None = None) -> html.Div:
    """An error of the form as a whole, said at once by screen readers."""
    parts = [icon("alert", 18), html.Div(message)] if message else None
    return html.Div(parts, className="ca-form-problem", role="alert", **({"id": id} if id else {}))


def window_id(name: str) -> dict[str, str]:
    """The id of a confirm window, whose `opened` a page's callback sets."""
    return {"type": "form-window", "name": name}


def confirm_id(name: str) -> dict[str, str]:
    """The id of its button that does what was asked about; its `n_clicks` is a callback's input."""
    return {"type": "form-confirm", "name": name}


def confirm_window(name: str, *, title: str, text: Any, action: str, text_id: Id | None = None) -> dmc.Modal:
    """A window that says what would be lost and asks. `action`: the verb on its button; Escape, Cancel and a click beside it close it.

    `text_id`: the id of the text's place, for a callback that writes there what exactly goes.
    """
    cancel = dmc.Button("Cancel", id={"type": "form-cancel", "name": name}, n_clicks=0, variant="default", **{"data-autofocus": True})
    confirm = dmc.Button(action, id=confirm_id(name), n_clicks=0, color="red")
    body = html.Div(text, className="ca-confirm-text", **({"id": text_id} if text_id else {}))
    return dmc.Modal(
        [body, html.Div([cancel, confirm], className="ca-form-buttons is-end")],
        id=window_id(name),
        title=title,
        size="min(520px, 94vw)",
        opened=False,
        centered=True,
        closeButtonProps={"aria-label": "Close"},
    )


def said(text: str) -> dict[str, str]:
    """What to give to the store `SAID`, so that it is shown and read out, also when it is the same as before."""
    return {"text": text, "at": uuid4().hex}


def errors_of(fields: Sequence[str], problems: Mapping[str, str]) -> list[str | None]:
    """The `error` of each field, in their order, for a callback's outputs; None where it is right."""
    return [problems.get(name) for name in fields]


def register(app: Dash) -> None:
    """Connect toasts and the windows' Cancel to an application, once."""
    app.clientside_callback(
        ClientsideFunction("ca_forms", "said"), Output(SAID, "clear_data"), Input(SAID, "data"), prevent_initial_call=True
    )
    app.clientside_callback(
        ClientsideFunction("ca_forms", "close"),
        Output({"type": "form-window", "name": MATCH}, "opened", allow_duplicate=True),
        Input({"type": "form-cancel", "name": MATCH}, "n_clicks"),
        prevent_initial_call=True,
    )


def _labelled(label: str, hint: str, required: bool) -> dict[str, Any]:
    return {"label": label, "description": hint or None, "required": required, "error": None}
