"""Functions that expressions ask of the engine by name, because Ibis has no operation for them.

The names are DuckDB's, where they are built in; `engine.spark.sql` implements each of them for Spark. Cleaning and analyses declare them
to Ibis under these names with the signatures that they need.
"""

from __future__ import annotations

TIMEZONE = "timezone"  # (zone, naive time) → instant, or (zone, instant) → naive time
TRY_STRPTIME = "try_strptime"  # (text, format) → time, null when it does not match
TRIM = "trim"  # (text, signs) → text without any of the signs at its ends
CHR = "chr"  # code point → character
ENGINE_FUNCTIONS = (TIMEZONE, TRY_STRPTIME, TRIM, CHR)
