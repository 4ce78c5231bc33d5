"""The picture of the customer journey."""

from __future__ import annotations

from ca_assets_tests.dash.figures.rows import STYLE, frame
from ca_dash.figures import journey


def test_journey_names_its_steps_and_is_refused_without_orders() -> None:
    data = frame("journey/average")
    fig = journey.average(data=data, style=STYLE)
    assert [text.split("</b>")[0] for text in fig.layout.yaxis.ticktext] == [
        "<b>Download", "<b>1st order", "<b>2nd order", "<b>3rd order", "<b>Today"]  # fmt: skip
    assert fig.data[1].text[1].strip() == "<b>5.0 days</b> later · €39.50" and "since last order" in fig.data[1].text[4]
    assert list(fig.data[0].x) == [0, 5, 10, 15, 37.5]
    assert journey.no_orders(data.head(1).assign(orders_per_buyer=None), {})[0] == "No orders yet"
