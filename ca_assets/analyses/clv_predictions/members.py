"""The customers that the figures of `clv` count: all that are forecast, and those of a tenth by risk."""

from __future__ import annotations

import ibis

from ca_assets.analyses.core.members import MemberSet, Parameter, Selection
from ca_assets.analyses.core.report import Column
from ca_assets.analyses.core.scopes import CURRENCY_SCOPE
from ca_assets.models.value.evaluate import DECILES

HERE = __name__
TABLE_NAME = "clv_predictions"
REVENUE = Column("revenue_expected", "float", "money", "Revenue expected over the horizon, in the whole shop")
ORDERS = Column("orders_expected", "float", "quantity", "Days with an order expected over the horizon")
RISK = Column("p_no_order", "float", "rate", "Probability of no order within the horizon")
NEXT = Column("next_order_date", "date", "date", "Day by which the next order is as likely as not; empty where none is expected")
MEMBER_SETS = (
    MemberSet(
        "expected",
        "customers",
        "Customers by expected revenue",
        f"{HERE}:expected",
        has_days=False,
        reads=TABLE_NAME,
        adds=(REVENUE, ORDERS, RISK, NEXT),
    ),
    MemberSet(
        "risk",
        "customers",
        "Customers by risk of no further order",
        f"{HERE}:at_risk",
        (Parameter("tenth", "count", "tenth {} of 10 (1 is the safest)"),),
        has_days=False,
        reads=TABLE_NAME,
        adds=(RISK, REVENUE, ORDERS, NEXT),
    ),
)


def expected(selection: Selection) -> ibis.Table:
    """Every customer of the scope that is forecast. LookupError when the list's day is not the prediction date."""
    return _forecast(selection).drop("client")


def at_risk(selection: Selection) -> ibis.Table:
    """The customers of a tenth by risk, or all. LookupError as `expected`."""
    customers = _forecast(selection)
    tenth = selection.value("tenth")
    if tenth is not None:
        place = ibis.row_number().over(ibis.window(order_by=[customers.p_no_order, customers.client]))
        placed = customers.mutate(tenth=place * DECILES // customers.count().over(ibis.window()) + 1)
        customers = placed.filter(placed.tenth == tenth).drop("tenth")
    return customers.drop("client")


def _forecast(selection: Selection) -> ibis.Table:
    """Customers with an order in the scope, with what is expected of them: key, client, and the columns that lists add."""
    scopes, day = selection.base.scopes, selection.base.context.report_date
    rows = selection.tables[TABLE_NAME]
    rows = rows.filter(rows.prediction_date == ibis.literal(day))
    if scopes.has_currency:
        if not selection.scope.startswith(CURRENCY_SCOPE):
            raise LookupError("forecasts are in one currency; choose it as the filter")
        rows = rows.filter(rows.currency == selection.scope.removeprefix(CURRENCY_SCOPE))
    if not rows.count().to_pyarrow().as_py():
        raise LookupError(f"the customers' forecasts of {day} are not there any more, or not yet")
    orders = selection.orders
    buyers = orders.filter(orders.key.notnull()).select("key").distinct()
    known = buyers.inner_join(selection.base.customers.select("key", "client"), "key")
    return known.inner_join(rows, "client").select("key", "client", *(column.name for column in (REVENUE, ORDERS, RISK, NEXT)))
