"""Events as they are kept and what is built of them: what the collector writes, the source kind `events` reads, and reports look up.

**The collector's store** lies in `CA_HOME/events`. A file is `raw/YYYY-MM-DD/*.jsonl` (the day of arrival, UTC); one that is still
written ends in `.open.jsonl`, and its last line counts as not yet there until it has its line end. Later, with the lake's lock held (a load
never sees files vanish), whole days become `parquet/day=YYYY-MM-DD/*.parquet` (zstd) with the columns of `EVENT_COLUMNS`.

**A line** is one JSON object with the fields of `ENVELOPE`: `received_at` (ISO, UTC, microseconds), `sent_at` (the batch's `sentAt` as
sent, or null), `write_key` (the *name* of the key, never the key), `user_agent` (of the request, or null) and `message` (the client's
message as sent). A plain Segment message without an envelope is understood too.

**What is built** of them are the sources sessions, customers and baskets of the shop, and the lake's table `product_activity`: one row per
session and product that was looked at or put into the basket. With the session's row in `orders` (client, day, dimensions) it gives
views and additions per day and product, and per client; purchases are the `basket_lines` of purchased sessions.
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa

EVENTS_FOLDER: Final = "events"  # of CA_HOME
COLLECTOR: Final = "collector"  # what shop.yaml says as `path` for this installation's store
BUILT_FOLDER: Final = "built"  # what loads keep of events between each other; may be deleted, the next load builds all again
RAW_FOLDER: Final = "raw"
PARQUET_FOLDER: Final = "parquet"
DAY_FOLDER: Final = "day={day}"  # of PARQUET_FOLDER; day: 2026-11-28
LINES_ENDING: Final = ".jsonl"
OPEN_ENDING: Final = ".open.jsonl"

RECEIVED_AT: Final = "received_at"
SENT_AT: Final = "sent_at"
WRITE_KEY: Final = "write_key"
USER_AGENT: Final = "user_agent"
MESSAGE: Final = "message"
ENVELOPE: Final = (RECEIVED_AT, SENT_AT, WRITE_KEY, USER_AGENT, MESSAGE)

EVENT_COLUMNS: Final = pa.schema(
    [
        pa.field(RECEIVED_AT, pa.timestamp("us", "UTC")),
        pa.field(SENT_AT, pa.string()),
        pa.field(WRITE_KEY, pa.string()),
        pa.field(USER_AGENT, pa.string()),
        pa.field(MESSAGE, pa.string()),  # JSON text
    ]
)
