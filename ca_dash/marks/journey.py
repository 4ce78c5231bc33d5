"""What the steps of the average journey stand for: the customers with so many orders, and all who ordered."""

from __future__ import annotations

import pandas as pd

from ca_dash.figures.journey import LAST, step_name
from ca_dash.marks.mark import Behind, Mark, Shown

ORDER = "order_"


def average(data: pd.DataFrame, shown: Shown) -> list[Mark]:
    """Customers who placed each of the orders. The chart draws their mean times, of no set of customers alone."""
    marks = []
    for row in data.sort_values("step_order").to_dict("records"):
        step = row["step"]
        if step.startswith(ORDER) or step == LAST:
            values = {"orders_from": step.removeprefix(ORDER)} if step != LAST else {}
            marks.append(Mark("", step_name(step, shown.style), "buyers", int(row["customers"]), values))
    return marks


AVERAGE = Behind(("customers",), average)
