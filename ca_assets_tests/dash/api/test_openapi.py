"""The OpenAPI document is valid, and answers are as it says."""

from __future__ import annotations

import jsonschema
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from ca_assets.analyses.core.family import catalogue
from ca_assets_tests.dash.api.conftest import Api
from ca_dash.api.blueprint import ROUTES
from ca_dash.api.openapi import document


def test_the_document_is_valid_and_whole(api: Api) -> None:
    served = api.json("/openapi.json")
    validate(served, cls=OpenAPIV31SpecValidator)
    assert served == document()
    assert {f"/reports/{path}" for path in catalogue()} <= set(served["paths"])
    fixed = {route.path for route in ROUTES if "<" not in route.path}
    assert fixed <= set(served["paths"])


def test_rows_are_as_the_document_says(api: Api) -> None:
    served = document()
    checked = 0
    for path, operations in served["paths"].items():
        content = operations["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        answer = api.get(path, **({"q": "c1"} if path == "/search" else {}))
        if answer.status_code == 200:
            jsonschema.validate(answer.get_json(), {**content, "components": served["components"]})
            checked += 1
        else:
            assert answer.status_code == 404, path  # of a family that was not computed
    assert checked > 20
