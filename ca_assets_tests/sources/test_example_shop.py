"""examples/shop.yaml shows every key, and what it says of databases is accepted as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from ca_assets.contracts.sources import REQUIRED_COLUMNS, table_fields
from ca_assets.shop import ReportSettings, Shop, SourceConfig, load_shop, parse_shop
from ca_assets.sources.mapping import source_columns

EXAMPLE = Path(__file__).parents[2] / "examples" / "shop.yaml"
NAMES = tuple(REQUIRED_COLUMNS.keys() & {"sessions", "customers", "baskets", "deliveries"})


def commented(text: str) -> str:
    """The part about databases without its comment signs."""
    block = text[text.index("# sources:") :]
    return "\n".join(line.removeprefix("# ") for line in block.splitlines())


def test_it_is_a_shop_with_every_source_mapped_in_full() -> None:
    shop = load_shop(EXAMPLE)
    for name in NAMES:
        config = getattr(shop.sources, name)
        mapped = {*source_columns(name, config)}
        assert mapped >= {field.name for field in table_fields(name)}


def test_every_key_is_in_it() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    keys = {*Shop.model_fields, *SourceConfig.model_fields, *ReportSettings.model_fields} - {"folder"}
    assert [key for key in sorted(keys) if not re.search(rf"\b{key}:", text)] == []
    assert {name: value for name, value in load_shop(EXAMPLE).settings if value != getattr(ReportSettings(), name)} == {}


def test_its_databases_can_be_used_as_they_stand() -> None:
    text = commented(EXAMPLE.read_text(encoding="utf-8"))
    shop = parse_shop(text, Path())
    assert shop.sources.sessions.kind == "postgresql" and shop.sources.baskets is not None
    assert {*source_columns("sessions", shop.sources.sessions)} >= {*REQUIRED_COLUMNS["sessions"]}
    assert "date" in source_columns("baskets", shop.sources.baskets)
    query = next(line.strip().removeprefix("# ") for line in text.splitlines() if "query:" in line)
    assert yaml.safe_load(query)["query"].startswith("SELECT")
