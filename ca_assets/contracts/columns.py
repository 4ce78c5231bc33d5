"""Columns that sources, tables and reports share. Their Arrow form is in `arrow`, so that naming a column loads no library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Dtype = Literal["int", "float", "bool", "date", "time", "str"]


@dataclass(frozen=True)
class Field:
    """A column of a source or table. `is_required`: a source's row without it is rejected, a table has no null in it.

    `meaning`: what the column of a family's published table says, for the handbook; what sources and the tables of a load have is told by
    docs/sources.md and docs/contract.
    """

    name: str
    dtype: Dtype
    is_required: bool = False
    meaning: str = ""
