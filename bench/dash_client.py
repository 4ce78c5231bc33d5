"""What a browser does with a Dash application, over HTTP: log in, open a page, and post the callbacks that a page's components call for.

It knows the protocol and nothing of this application: callbacks come from `_dash-dependencies`, components from layouts and answers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

Id = str | dict[str, Any]
Value = Any


@dataclass(frozen=True)
class Request:
    """One callback to post: what it is called (its first output), and the body."""

    name: str
    body: dict[str, Any]


@dataclass
class Client:
    """A logged-in visitor. `values` are those of component properties that callbacks read, by `id.property`."""

    url: str
    http: requests.Session = field(default_factory=requests.Session)
    callbacks: list[dict[str, Any]] = field(default_factory=list)
    values: dict[str, Value] = field(default_factory=dict)
    layout: dict[str, Any] = field(default_factory=dict)

    def log_in(self, name: str, password: str) -> None:
        """Through the form, then read the layout and what calls what. HTTPError when it is refused."""
        form = self.http.get(f"{self.url}/login", timeout=60)
        token = re.search(r'name="csrf" value="([^"]*)"', form.text)
        data = {"name": name, "password": password, "csrf": token.group(1) if token else ""}
        self.http.post(f"{self.url}/login", data=data, timeout=60).raise_for_status()
        self.callbacks = self._get("_dash-dependencies")
        self.layout = self._get("_dash-layout")

    def _get(self, path: str) -> Any:
        answer = self.http.get(f"{self.url}/{path}", timeout=60)
        answer.raise_for_status()
        return answer.json()

    def post(self, request: Request) -> tuple[dict[str, Any], float, int]:
        """The answer's properties by component, seconds until the whole answer was here, its bytes. HTTPError when it failed."""
        answer = self.http.post(f"{self.url}/_dash-update-component", json=request.body, timeout=120)
        answer.raise_for_status()
        content = answer.json() if answer.content else {}
        return content.get("response", {}), answer.elapsed.total_seconds(), len(answer.content)

    def initial(self, tree: Any) -> Iterator[Request]:
        """The callbacks that a browser posts when the components of a tree appear."""
        ids = list(component_ids(tree))
        for callback in self.callbacks:
            if callback.get("clientside_function") or callback.get("prevent_initial_call"):
                continue
            yield from self._matching(callback, ids)

    def clicked(self, tree: Any, kind: str, prop: str) -> Iterator[Request]:
        """The callback behind components of a type, once for each of them as if it had been clicked."""
        ids = [i for i in component_ids(tree) if isinstance(i, dict) and i.get("type") == kind]
        behind = [c for c in self.callbacks if not c.get("clientside_function") and c["inputs"] and _type(c["inputs"][0]["id"]) == kind]
        for callback in behind:
            state = [self._filled(entry, {}) for entry in callback["state"]]
            fixed = {"output": callback["output"], "outputs": _outputs(callback["output"], {}), "state": state}
            for clicked in ids:
                listed = [{"id": i, "property": prop, "value": int(i == clicked)} for i in ids]
                yield Request(kind, {**fixed, "inputs": [listed], "changedPropIds": [f"{_text(clicked)}.{prop}"]})

    def _matching(self, callback: dict[str, Any], ids: list[Id]) -> Iterator[Request]:
        outputs = _output_list(callback["output"])
        pattern = _pattern(outputs[0][0])
        for id_ in ids:
            keys = _match(pattern, id_)
            if keys is not None and self._is_plain(callback):
                inputs = [self._filled(entry, keys) for entry in callback["inputs"]]
                state = [self._filled(entry, keys) for entry in callback["state"]]
                name = pattern["type"] if isinstance(pattern, dict) else f"{pattern}.{outputs[0][1]}"
                yield Request(
                    name,
                    {
                        "output": callback["output"],
                        "outputs": _outputs(callback["output"], keys),
                        "inputs": inputs,
                        "state": state,
                        "changedPropIds": [f"{_text(entry['id'])}.{entry['property']}" for entry in inputs],
                    },
                )

    def _is_plain(self, callback: dict[str, Any]) -> bool:
        return all(f"{entry['id']}.{entry['property']}" in self.values for entry in callback["inputs"])

    def _filled(self, entry: Mapping[str, str], keys: Mapping[str, Any]) -> dict[str, Any]:
        id_ = _substituted(_pattern(entry["id"]), keys)
        value = id_ if entry["property"] == "id" else self.values.get(f"{entry['id']}.{entry['property']}")
        return {"id": id_, "property": entry["property"], "value": value}


def component_ids(tree: Any) -> Iterator[Id]:
    """The ids of all components in a layout or answer."""
    for component in components(tree):
        if "id" in component["props"]:
            yield component["props"]["id"]


def components(tree: Any) -> Iterator[dict[str, Any]]:
    """All components in a layout or answer, also those in properties."""
    if isinstance(tree, dict):
        if "props" in tree and "namespace" in tree:
            yield tree
        for value in tree.values():
            yield from components(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from components(value)


def _type(text: str) -> str:
    """The type of a callback's pattern; empty when its id is a text."""
    pattern = _pattern(text)
    return str(pattern.get("type", "")) if isinstance(pattern, dict) else ""


def _pattern(text: str) -> Id:
    return json.loads(text) if text.startswith("{") else text


def _text(id_: Id) -> str:
    return json.dumps(id_, sort_keys=True, separators=(",", ":")) if isinstance(id_, dict) else id_


def _output_list(output: str) -> list[tuple[str, str]]:
    """(id, property) of each output of a callback's key."""
    parts = output[2:-2].split("...") if output.startswith("..") else [output]
    return [(part.rpartition(".")[0], part.rpartition(".")[2].partition("@")[0]) for part in parts]


def _outputs(output: str, keys: Mapping[str, Any]) -> Any:
    outputs = [{"id": _substituted(_pattern(id_), keys), "property": prop} for id_, prop in _output_list(output)]
    return outputs if output.startswith("..") else outputs[0]


def _match(pattern: Id, id_: Id) -> dict[str, Any] | None:
    """The values of the pattern's wildcards for a component's id; None when it does not fit."""
    if not isinstance(pattern, dict) or not isinstance(id_, dict):
        return {} if pattern == id_ else None
    if pattern.keys() != id_.keys():
        return None
    if any(value != id_[key] for key, value in pattern.items() if not isinstance(value, list)):
        return None
    return {key: id_[key] for key, value in pattern.items() if isinstance(value, list)}


def _substituted(pattern: Id, keys: Mapping[str, Any]) -> Id:
    if not isinstance(pattern, dict):
        return pattern
    return {key: keys.get(key, value) if isinstance(value, list) else value for key, value in pattern.items()}
