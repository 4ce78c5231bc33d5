"""The contracts of `loads`: what each load read, and which months it changed."""

from __future__ import annotations

from ca_assets.analyses.core.report import Column, ReportSpec

NAME = "loads"
LOADED_AT = Column("loaded_at", "time", "time", "when the load read its sources")
REPORTS = (
    ReportSpec(
        NAME,
        "ledger",
        "Months that each load changed",
        "One row per load and month whose sessions changed by it, with orders and revenue before and after; a load that changed nothing "
        "has one row without a month. A session that moved to another month is removed from one and added to the other.",
        ("loaded_at", "month"),
        (
            LOADED_AT,
            Column("is_full", "bool", "flag", "all sources were read whole"),
            Column("rows_read", "int", "count", "rows of all sources that this load read"),
            Column("month", "date", "date", "first day of the month that changed, in the business time zone"),
            Column("rows_added", "int", "count", "sessions that are new in the month"),
            Column("rows_removed", "int", "count", "sessions that are no longer in the month"),
            Column("rows_changed", "int", "count", "sessions of the month of which something else changed"),
            Column("orders_before", "int", "count", "orders of the month before the load"),
            Column("orders_after", "int", "count", "orders of the month after the load"),
            Column("revenue_before", "float", "money", "sum of payment amounts before; null with several currencies"),
            Column("revenue_after", "float", "money", "sum of payment amounts after; null with several currencies"),
        ),
    ),
    ReportSpec(
        NAME,
        "sources",
        "What each load read",
        "One row per load and source. `rows` are all rows of the source as far as they are known, of which this load read `rows_read` "
        "again: rows = accepted + rejected + duplicates + orphans.",
        ("loaded_at", "source"),
        (
            LOADED_AT,
            Column("source", "str", "text", "sessions, customers, baskets or deliveries"),
            Column("how", "str", "text", "whole, months (from `since` on), files (new or changed ones) or unchanged (not read)"),
            Column("since", "date", "date", "first day of the first month read; null unless `how` is months"),
            Column("rows_read", "int", "count", "rows that this load read"),
            Column("rows", "int", "count", "all rows of the source"),
            Column("accepted", "int", "count", "rows that are in the tables"),
            Column("rejected", "int", "count", "rows that cannot be used"),
            Column("duplicates", "int", "count", "rows whose key another row has"),
            Column("orphans", "int", "count", "rows whose order is unknown"),
        ),
    ),
    ReportSpec(
        NAME,
        "alarms",
        "What each load said aloud",
        "One row per load and alarm: a share of a source's rows so large that the source or its mapping is likely to be wrong. `alarm` is "
        "rejected with its reason, duplicates, unknown_clients, one_client or promotion_commas.",
        ("loaded_at", "source", "alarm", "example"),
        (
            LOADED_AT,
            Column("source", "str", "text", "sessions, customers, baskets or deliveries"),
            Column("alarm", "str", "text", "what was found"),
            Column("rows", "int", "count", "rows, orders or clients that it is about"),
            Column("of", "int", "count", "of so many"),
            Column("share", "float", "share", "rows / of"),
            Column("example", "str", "text", "one of them, in words or as it is written"),
        ),
    ),
)
