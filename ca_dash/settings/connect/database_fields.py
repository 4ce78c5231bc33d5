"""Where a database is: a stored connection, or the fields of a new one, which is stored when it is first tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import html

from ca_assets.connecting.urls import DatabaseFields, UrlError, connection_url
from ca_assets.settings.connections import list_connections, store_connection
from ca_assets.settings.database import Database
from ca_assets.settings.process import ProcessSettings, SecretError
from ca_dash.settings import forms

NEW = "\u0001new"
KINDS = (("postgresql", "PostgreSQL"), ("mysql", "MySQL or MariaDB"), ("redshift", "Amazon Redshift"), ("bigquery", "Google BigQuery"))
TLS = (("try", "If the server has it"), ("require", "Always"), ("verify", "Always, and check its certificate"), ("off", "Never"))
FIELDS = ("kind", "connection", "name", "host", "port", "database", "user", "password", "tls", "location", "key")
WRONG = ("name", "host", "port", "database", "user", "location", "key")  # fields that can have an error beside them


@dataclass(frozen=True)
class Connected:
    """What shop.yaml writes of a connection; `stored`: names that were stored just now, to be removed if they turn out wrong."""

    kind: str
    url: str
    credentials: str | None
    stored: tuple[str, ...] = ()


def field_id(key: str) -> dict[str, str]:
    """The id of a field."""
    return {"type": "database", "key": key}


def database_fields(database: Database, settings: ProcessSettings, place: Mapping[str, Any]) -> html.Div:
    """The fields; `place`: the source as it is, when it is one of a database."""
    stored = list_connections(database, settings)
    choices = [(one.name, f"{one.name} ({one.shown.kind} {one.shown.host} {one.shown.database})".replace("  ", " ")) for one in stored]
    chosen = str(place.get("url", "")).removeprefix("${").removesuffix("}")
    known = chosen if chosen in {one.name for one in stored} else NEW
    fresh = html.Div(
        [
            forms.row(
                forms.text_field(field_id("host"), "Host (BigQuery: project)", placeholder="db.example.org"),
                forms.number_field(field_id("port"), "Port", hint="Empty: the usual one", min=1, max=65_535, hideControls=True),
            ),
            forms.row(
                forms.text_field(field_id("database"), "Database (BigQuery: dataset)"),
                forms.choice_field(field_id("tls"), "Encryption (TLS)", TLS, "try"),
            ),
            forms.row(
                forms.text_field(field_id("user"), "User", hint="An account that may only read", autoComplete="off"),
                forms.secret_field(field_id("password"), "Password", hint="Kept encrypted, never shown again"),
            ),
            html.Details(
                [
                    html.Summary("BigQuery"),
                    forms.text_field(field_id("location"), "Location", placeholder="EU"),
                    forms.long_text_field(field_id("key"), "Key of the service account (JSON)", rows=3),
                ],
                className="ca-fold-part",
            ),
            forms.text_field(field_id("name"), "Keep this connection as", "SHOP_DATABASE_URL", hint="Letters, digits and _"),
        ],
        id="database-new",
        className="ca-form-fields",
    )
    return html.Div(
        [
            forms.row(
                forms.choice_field(field_id("kind"), "Kind", KINDS, str(place.get("kind")) if place.get("url") else "postgresql"),
                forms.choice_field(field_id("connection"), "Connection", [*choices, (NEW, "A new one")], known),
            ),
            fresh,
        ],
        className="ca-form-fields",
    )


def connect(database: Database, settings: ProcessSettings, values: Sequence[Any]) -> Connected:
    """The chosen connection, or the new one, stored. `values` in the order of `FIELDS`. Raises FormError with its field."""
    given = dict(zip(FIELDS, values, strict=True))
    kind = str(given["kind"])
    if given["connection"] and given["connection"] != NEW:
        names = {one.name for one in list_connections(database, settings)}
        key = f"{given['connection']}_KEY"
        return Connected(kind, f"${{{given['connection']}}}", f"${{{key}}}" if kind == "bigquery" and key in names else None)
    return _stored(database, settings, kind, given)


def _stored(database: Database, settings: ProcessSettings, kind: str, given: Mapping[str, Any]) -> Connected:
    name = str(given["name"] or "").strip()
    if name in {one.name for one in list_connections(database, settings)}:
        raise forms.FormError(f"There is a connection {name} already; choose it above, or another name here.", "name")
    texts = {key: str(given[key] or "") for key in ("host", "database", "user", "password", "location")}
    port = given["port"] if isinstance(given["port"], int) else None
    key = str(given["key"] or "").strip()
    if kind == "bigquery" and not key:
        raise forms.FormError("BigQuery needs the key of a service account: paste its JSON.", "key")
    try:
        store_connection(database, name, connection_url(kind, DatabaseFields(**texts, port=port, tls=str(given["tls"]))), settings)
        if kind == "bigquery":
            store_connection(database, f"{name}_KEY", key, settings)
            return Connected(kind, f"${{{name}}}", f"${{{name}_KEY}}", (name, f"{name}_KEY"))
    except UrlError as error:
        raise forms.FormError(str(error), error.field) from None
    except SecretError as error:
        raise forms.FormError(str(error), "name") from None
    return Connected(kind, f"${{{name}}}", None, (name,))
