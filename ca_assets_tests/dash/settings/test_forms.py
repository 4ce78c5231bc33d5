"""The parts of forms: what belongs to a field is tied to it, secrets are never filled, windows ask before they do."""

from __future__ import annotations

from ca_dash.settings import forms


def test_fields_carry_label_hint_and_no_error() -> None:
    field = forms.text_field("host", "Host", "db", hint="Without a port", required=True)
    assert (field.label, field.description, field.value, field.required, field.error) == ("Host", "Without a port", "db", True, None)


def test_a_secret_is_never_filled_and_never_remembered() -> None:
    field = forms.secret_field("password", "Password")
    assert field.value == "" and field.autoComplete == "new-password"


def test_many_choices_are_found_by_typing() -> None:
    few = forms.choice_field("kind", "Kind", [("a", "A"), ("b", "B")], "a")
    many = forms.choice_field("zone", "Zone", [(str(number), str(number)) for number in range(9)])
    assert not hasattr(few, "searchable") and many.searchable is True


def test_a_window_names_its_action_and_begins_at_cancel() -> None:
    window = forms.confirm_window("remove", title="Remove?", text="All goes.", action="Remove", text_id="what")
    cancel, confirm = window.children[1].children
    assert window.id == forms.window_id("remove") and not window.opened
    assert (confirm.children, confirm.id) == ("Remove", forms.confirm_id("remove"))
    assert cancel.to_plotly_json()["props"]["data-autofocus"] is True


def test_the_same_toast_twice_is_two_toasts() -> None:
    assert forms.said("Saved.") != forms.said("Saved.")


def test_errors_stand_in_the_order_of_the_fields() -> None:
    assert forms.errors_of(("host", "port"), {"port": "no number"}) == [None, "no number"]
