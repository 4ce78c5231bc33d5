"""Figures of churn and of the customer bridge."""

from __future__ import annotations

from ca_assets_tests.dash.figures.rows import STYLE, frame, style_for
from ca_dash.figures import churn

REFUSED = "Churn needs 5 customers with two orders or more; this selection has {has}."


def test_bridge_closes_in_the_picture() -> None:
    data = frame("churn/customer_bridge_monthly")
    fig = churn.bridge(data=data, style=STYLE)
    engaged = next(trace for trace in fig.data if trace.name == "Active")
    rows = data.sort_values("period").tail(churn.MONTHS)
    assert list(engaged.y) == [rows.iloc[0]["opening"], *rows["closing"]]
    lapsed = next(trace for trace in fig.data if trace.name == "Lapsed")
    assert [b + y for b, y in zip(lapsed.base, lapsed.y, strict=True)] == list(rows["closing"])
    assert engaged.marker.pattern.shape[-1] == "/" and set(engaged.marker.pattern.shape[:-1]) == {""}


def test_the_bridge_leaves_refused_months_out() -> None:
    data = frame("churn/customer_bridge_monthly")
    counts = [column for column in data.columns if column not in ("period", "complete")]
    partly = data.sort_values("period").reset_index(drop=True).astype(dict.fromkeys(counts, "float64"))
    partly.loc[0, counts] = float("nan")
    fig = churn.bridge(data=partly, style=STYLE)
    engaged = next(trace for trace in fig.data if trace.name == "Active")
    assert list(engaged.y)[1:] == list(partly["closing"].iloc[1:].tail(churn.MONTHS))
    assert "1 with too few repeat customers left out" in fig.layout.meta["note"]
    assert churn.too_few(partly, {}) is None
    refused = partly.assign(**dict.fromkeys(counts, float("nan")))
    assert churn.too_few(refused, {}) == ("Too few repeat customers", REFUSED.format(has="fewer"))


def test_churn_is_refused_in_numbers() -> None:
    data = frame("churn/weekly").head(1)
    assert churn.too_few(data, {}) == (
        "Too few repeat customers",
        REFUSED.format(has=0),
    )
    assert "needs 7 customers" in churn.too_few(data, {"churn_repeat_customers": 7})[1]
    assert churn.too_few(frame("churn/weekly"), {}) is None
    assert (
        churn.rates(data=frame("churn/weekly"), style=style_for("churn/weekly")).layout.meta["note"]
        == "1 week has too few repeat customers"
    )
