"""The ledger of loads as a report: what each load read, and the months that it changed."""

import dagster as dg

from ca_assets.analyses.ledger import ledger_reports
from ca_assets.analyses.report import ReportSet
from ca_assets.defs.analysis import LAKE
from ca_assets.loads.session import LoadSession

LOAD = dg.ResourceParam[LoadSession]
SHOWN = 1000


@dg.asset(key="loads", group_name="indexes", io_manager_key="index", deps=LAKE, code_version="1")
def loads(load: LOAD) -> dg.MaterializeResult[ReportSet]:
    """What the last loads read of each source, and which months they changed (reports `loads/ledger` and `loads/sources`)."""
    entries = load.lake.loads()[-SHOWN:]
    reports = ledger_reports(entries, load.context.report_date)
    rows = sum(table.num_rows for table in reports.tables.values())
    newest = entries[-1].get("restated", []) if entries else []
    return dg.MaterializeResult(value=reports, metadata={"dagster/row_count": rows, "loads": len(entries), "months_changed": len(newest)})


@dg.definitions
def ledger() -> dg.Definitions:
    """The ledger's asset."""
    return dg.Definitions(assets=[loads])
