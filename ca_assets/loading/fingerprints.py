"""Fingerprints: short texts that stand for what something was made from, and change when any of it does."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from ca_assets.analyses.core.family import Family, families, family_tables
from ca_assets.code_digest import code_digest, files_digest

SHARED = ("contracts", "analyses/core", "models")


@cache
def family_digest(name: str) -> str:
    """Changes with the family's own package, with the code that all families share, and with the families whose tables it reads."""
    import ca_assets.analyses as package

    family = families()[name]
    folders = [Path(path) / name for path in package.__path__ if (Path(path) / name).is_dir()]
    own = files_digest(path for folder in folders for path in folder.rglob("*.py"))
    owners = sorted({family_tables()[table][0].name for table in family.input_tables})
    return _digest([own, code_digest(*SHARED), _shop_digest(), *map(family_digest, owners)])


@cache
def _shop_digest() -> str:
    return files_digest([Path(__file__).parents[1] / "shop.py"])


def family_fingerprint(family: Family, edition: int, report_date: dt.date | None, versions: Mapping[str, int]) -> str:
    """Stands for a family's result: its code, the shop's edition, the report date, and the versions of the lake tables that it reads."""
    return _digest([family_digest(family.name), edition, str(report_date), dict(sorted(versions.items()))])


def table_fingerprint(name: str, version: int) -> str:
    """Stands for a published table: its version in the lake."""
    return _digest([name, version])


def state_digest(edition: int, versions: Mapping[str, int]) -> str:
    """Stands for what a load made: the shop's edition and the versions of the tables that analyses read."""
    return _digest([edition, dict(versions)])


def beside_digest(current: str, fingerprints: Sequence[str]) -> str:
    """Stands for what is current and the units that a run beside the loads adds to it."""
    return _digest([current, list(fingerprints)])


def _digest(value: Any) -> str:
    return hashlib.blake2b(json.dumps(value).encode(), digest_size=8).hexdigest()
