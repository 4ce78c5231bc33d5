"""Mappings and settings of our Elasticsearch indexes: every field is stated, nothing is guessed (`dynamic: strict`).

The field names are those of the tables: `dimensions.country` of the lake is the field `country` of the object `dimensions`.

What Elasticsearch itself compares less exactly than we do:
- Texts are keywords, which Lucene takes up to 32,766 bytes. A text of more than IGNORE_ABOVE characters is in the document, but not in
  the index (`_ignored` names its field). Readers find such documents by `_ignored` and compare them themselves (`rows`, `paging`).
- Dates are searched and sorted to the millisecond. A time with microseconds beyond has them (1 to 999) in the object MICROS too.
- The numbers -2^63 and 2^63 - 1 are sorted as null is.

Does not belong here: making or filling indexes.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from ca_assets.analyses.search_terms.family import TABLE as SEARCH_TERMS
from ca_assets.index.search.hits import GRAM
from ca_assets.settings.process import IndexSettings

IGNORE_ABOVE = 8_191  # UTF-16 units, each of at most 4 bytes
MICROS = "ca_micros"  # of each time column, what its milliseconds leave; absent where that is nothing
MAX_REGEX_LENGTH = 2_000  # of `contains`, which writes out each character's cases
DATE = {"type": "date", "format": "strict_date_optional_time"}
KEYWORD = {"type": "keyword", "ignore_above": IGNORE_ABOVE}
SOURCE_ONLY = {"type": "keyword", "index": False, "doc_values": False}  # only in the document
BASKET = {
    "type": "nested",
    "properties": {
        "product": KEYWORD,
        "category": KEYWORD,
        "price": {"type": "double"},
        "quantity": {"type": "double"},
        "product_name": KEYWORD,
    },
}
REPORT_FIELDS: dict[str, Any] = {
    "report_name": KEYWORD,
    "type": KEYWORD,
    "dimension": KEYWORD,
    "report_date": DATE,
    "created_at": DATE,
    "data": {"type": "object", "enabled": False},
    "meta": {"type": "object", "enabled": False},
    "set": {"type": "keyword"},  # which set of reports it belongs to: the alias shows those of the published sets
    "version": {"type": "keyword"},
    "arrow": {"type": "binary"},  # the same rows as Arrow stream: exact types for our own readers
}
STAGING_LOG_FIELDS: dict[str, Any] = {  # see `manifest.StagingLog`
    "kind": {"type": "keyword"},
    "generation": {"type": "keyword"},
    "token": {"type": "keyword"},
    "staged_at": DATE,
    "note": SOURCE_ONLY,
}
STATE_FIELDS: dict[str, Any] = {"state": SOURCE_ONLY}
LOADING = {"refresh_interval": "-1", "number_of_replicas": 0}
ANALYZER = "ca_grams"
ANALYSIS: dict[str, Any] = {  # n-grams of the text with a blank before and after, as the embedded store makes them
    "char_filter": {"ca_padding": {"type": "pattern_replace", "pattern": "(?s)^(.*)$", "replacement": " $1 "}},
    "tokenizer": {"ca_grams": {"type": "ngram", "min_gram": GRAM, "max_gram": GRAM}},
    "analyzer": {ANALYZER: {"type": "custom", "char_filter": ["ca_padding"], "tokenizer": "ca_grams"}},
}
Properties = dict[str, Any]


def index_body(properties: Properties, meta: dict[str, Any], settings: dict[str, Any]) -> dict[str, Any]:
    """Body that makes an index with exactly these fields; `meta` says whose it is."""
    return {"settings": {"index": settings}, "mappings": {"dynamic": "strict", "_meta": meta, "properties": properties}}


def table_settings(name: str, settings: IndexSettings) -> dict[str, Any]:
    """Settings of a table's index while it is filled: no refresh, no replicas."""
    mapping = {"total_fields": {"limit": settings.index_total_fields_limit}, "nested_objects": {"limit": 1_000_000}}
    return {
        "number_of_shards": settings.index_shards,
        "max_result_window": settings.index_max_result_window,
        "max_regex_length": MAX_REGEX_LENGTH,
        "mapping": mapping,
        **({"analysis": ANALYSIS} if name == SEARCH_TERMS.name else {}),
        **LOADING,
    }


def small_settings(settings: IndexSettings) -> dict[str, Any]:
    """Settings of our own small indexes."""
    return {"number_of_shards": 1, "number_of_replicas": settings.index_replicas, "max_result_window": settings.index_max_result_window}


def served_settings(settings: IndexSettings) -> dict[str, Any]:
    """What changes when a complete index gets its replicas (without any it needs no refresh: it never changes)."""
    return {"refresh_interval": None, "number_of_replicas": settings.index_replicas}


def table_properties(name: str, schema: pa.Schema) -> Properties:
    """Fields of a table's documents: its columns, nested by the part of their name before the first dot, and the object MICROS."""
    properties: Properties = {}
    for column in schema:
        _place(properties, column.name, _field(column))
        if pa.types.is_timestamp(column.type):
            micros = properties.setdefault(MICROS, {"properties": {}})["properties"]
            _place(micros, column.name, {"type": "short"})
    if name == SEARCH_TERMS.name:
        properties["text"] = {**KEYWORD, "fields": {"grams": {"type": "text", "analyzer": ANALYZER}}}
    if name == "orders":
        properties["basket"] = BASKET
        if "latitude" in properties.get("delivery", {}).get("properties", {}):
            properties["delivery"]["properties"]["location"] = {"type": "geo_point"}
    return properties


def _place(properties: Properties, column: str, field: dict[str, Any]) -> None:
    group, dot, name = column.partition(".")
    if dot:
        properties.setdefault(group, {"properties": {}})["properties"][name] = field
    else:
        properties[column] = field


def leaf(column: str) -> str:
    """The field's own name: what follows the first dot, or all."""
    return column.partition(".")[2] or column


def _field(column: pa.Field) -> dict[str, Any]:
    kind = column.type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return DATE
    if pa.types.is_floating(kind):
        return {"type": "double"}
    if pa.types.is_integer(kind):
        return {"type": "long"}
    if pa.types.is_boolean(kind):
        return {"type": "boolean"}
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return KEYWORD
    raise TypeError(f"the column {column.name!r} has the type {kind}, for which no field of an index is known")
