"""A training that takes as long as CA_TEST_TRAINING_SECONDS says."""

from __future__ import annotations

import os
import time

import ibis
import numpy as np
import pyarrow as pa

from ca_assets.analyses.core.context import Context
from ca_assets.analyses.core.family import Inputs, Result
from ca_assets.analyses.core.report import ReportSet
from ca_assets.models.state import ModelState


def run(inputs: Inputs, context: Context) -> Result:
    """Counts its trainings in the state that it keeps; every buyer is expected to order as often again."""
    deadline = time.monotonic() + float(os.environ.get("CA_TEST_TRAINING_SECONDS", "0"))
    buyers, before = inputs.tables["buyer_list"].to_pyarrow(), inputs.model
    while time.monotonic() < deadline:
        assert inputs.base.sessions.count().to_pyarrow().as_py() >= 0  # its inputs stay readable all the time
        time.sleep(0.05)
    trainings = int(before.arrays["trainings"][0]) + 1 if before else 1
    orders = sum(buyers["orders"].to_pylist())
    figures = {
        name: pa.array([value], pa.int64()) for name, value in (("trainings", trainings), ("buyers", buyers.num_rows), ("orders", orders))
    }
    assert context.report_date is not None
    rows = ibis.memtable(
        pa.table(
            {
                "client": buyers["client"],
                "expected_orders": pa.array(buyers["orders"].to_pylist(), pa.float64()),
                "report_date": pa.array([context.report_date] * buyers.num_rows, pa.date32()),
            }
        )
    )
    reports = ReportSet("weekly_values", context.report_date, {"overall": pa.table({"scope": ["all"], **figures})}, ("all",))
    state = ModelState(context.report_date, seed=7, arrays={"trainings": np.array([trainings])}, metrics={"orders": float(orders)})
    return Result(reports, f"{orders:,} orders expected", {"weekly_values": rows}, (state,))
