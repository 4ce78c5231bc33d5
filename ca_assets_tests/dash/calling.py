"""Calls an application's callbacks as a browser does, or as somebody who has no browser: any callback, with any values."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

Place = str | dict[str, str]
Values = Callable[[str, str], Any]


@dataclass(frozen=True)
class Callback:
    """A callback as the application lists it: its key, and the places of its inputs and states."""

    output: str
    inputs: tuple[tuple[str, str], ...]
    states: tuple[tuple[str, str], ...]

    @property
    def match(self) -> str:
        """The name of the part of its ids that stands for any one component; empty where there is none."""
        return next((name for key in self._outputs() for name, value in _ids(key[0]).items() if value == ["MATCH"]), "")

    @property
    def every(self) -> str:
        """The name of the part of its first input's id that stands for all components of a kind; empty where there is none."""
        return next((name for name, value in _ids(self.inputs[0][0]).items() if value == ["ALL"]), "")

    def call(self, client: FlaskClient, value: Values, one: str = "") -> TestResponse:
        """Its answer. `value`: of an id (its `type`, where it has one) and property; `one`: the component that is meant by MATCH or ALL."""
        inputs = [_item(place, value, one) for place in self.inputs]
        first = inputs[0][0] if isinstance(inputs[0], list) else inputs[0]
        outputs = [{"id": _filled(id_, one), "property": prop} for id_, prop in self._outputs()]
        body = {
            "output": self.output,
            "outputs": outputs if self.output.startswith("..") else outputs[0],
            "inputs": inputs,
            "state": [_item(place, value, one) for place in self.states],
            "changedPropIds": [f"{_written(first['id'])}.{first['property']}"],
        }
        return client.post("/_dash-update-component", json=body)

    def _outputs(self) -> list[tuple[str, str]]:
        keys = self.output.removeprefix("..").removesuffix("..").split("...")
        return [(key.rpartition(".")[0], key.rpartition(".")[2]) for key in keys]


def callbacks(client: FlaskClient) -> list[Callback]:
    """Those that the server answers."""
    listed = json.loads(client.get("/_dash-dependencies").data)
    return [
        Callback(entry["output"], *(tuple((place["id"], place["property"]) for place in entry[part]) for part in ("inputs", "state")))
        for entry in listed
        if not entry.get("clientside_function")
    ]


def _ids(id_: str) -> dict[str, Any]:
    return json.loads(id_) if id_.startswith("{") else {}


def _filled(id_: str, one: str) -> Place:
    return {name: one if value in (["MATCH"], ["ALL"]) else value for name, value in _ids(id_).items()} or id_


def _written(id_: Place) -> str:
    return id_ if isinstance(id_, str) else json.dumps(id_, sort_keys=True, separators=(",", ":"))


def _item(place: tuple[str, str], value: Values, one: str) -> Any:
    id_, prop = place
    ids: Mapping[str, Any] = _ids(id_)
    filled = _filled(id_, one)
    given = filled if prop == "id" else value(ids.get("type", id_), prop)
    item = {"id": filled, "property": prop, "value": given}
    return [item] if ["ALL"] in ids.values() else item
