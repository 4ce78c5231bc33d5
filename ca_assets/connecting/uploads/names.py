"""Names of uploaded files: those that could mean something to a shell, a browser, a spreadsheet or a path are refused, not repaired."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath

from ca_assets.connecting.uploads.errors import UploadError

TEXTS, PARQUET, ZIP, GZIP = (".csv", ".tsv", ".txt"), (".parquet", ".pq"), ".zip", ".gz"
MAX_NAME = 120
FORBIDDEN = set('<>:"/\\|?*%$`;&{}!^~') | {"'"}
FORMULA_STARTS = ("=", "+", "-", "@", ".")
RENAME = "rename the file (letters, digits, blank, _, - and .) and choose it again"


def checked_name(name: str) -> str:
    """The name, which can be that of a file here. Raises UploadError."""
    shown = "".join(sign if sign.isprintable() else "?" for sign in name)[:60]
    name = unicodedata.normalize("NFC", name).strip()
    if not name or len(name) > MAX_NAME or len(name.encode()) > 2 * MAX_NAME:
        raise UploadError(f"The name “{shown}” is empty or has more than {MAX_NAME} characters; {RENAME}.")
    if any(sign in FORBIDDEN or not sign.isprintable() for sign in name):
        raise UploadError(f"The name “{shown}” has signs that a file’s name must not have here; {RENAME}.")
    if name.startswith(FORMULA_STARTS):
        raise UploadError(f"The name “{shown}” begins with {name[0]}, which a spreadsheet or a system would run or hide; {RENAME}.")
    if ending(name) is None:
        kinds = ", ".join((*TEXTS, *PARQUET, ZIP, GZIP))
        raise UploadError(f"“{shown}” is no kind of file that can be read here ({kinds}). Export it as CSV and choose that.")
    return name


def ending(name: str) -> str | None:
    """The kind of a file by its name, in lower case: `.csv`, `.zip`, …; of `.csv.gz` it is `.gz`. None for all others."""
    path = PurePosixPath(name.lower())
    if path.suffix == GZIP:
        return GZIP if PurePosixPath(path.stem).suffix in TEXTS else None
    return path.suffix if path.suffix in (*TEXTS, *PARQUET, ZIP) else None
