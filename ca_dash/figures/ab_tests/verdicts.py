"""Sentences of the tests before and after: decisions in words that need no statistics. Input: `ab_tests/*`."""

from __future__ import annotations

from typing import Any, NamedTuple, cast

import pandas as pd

from ca_dash.components.verdict import Decision, Verdict, Verdicts
from ca_dash.figures.base import Style
from ca_dash.figures.segment import segment_name
from ca_dash.format import change, counted, day, money, number, written

Row = dict[str, Any]
ORDER = ("increase", "decrease", "no_evidence", "not_enough_data")
SHOWN = 60
HEADINGS = {
    "orders": ("More orders", "Fewer orders"),
    "amount": ("Larger orders", "Smaller orders"),
}
VERBS = {
    "orders": ("ordered more often than those whose order was without it", "ordered less often than those whose order was without it"),
    "amount": ("paid more for an order than before", "paid less for an order than before"),
}
HUNDRED = 100.0  # orders are shown per 100 uses or customers: 3.5 is read more easily than 0.035
USES = {"promotion": "uses", "product": "purchases"}
KNOWN = 1e-4  # smaller shares are written as "less than"


class Around(NamedTuple):
    """What the readers chose: the metric and the days before and after."""

    metric: str
    days: int


def around(style: Style) -> Around:
    """The choices of a page of labels; the shop's own window is called `short`."""
    chosen = style.choices.get("around", "short")
    return Around(style.choices.get("tested", "orders"), int(style.settings.get("ab_window_days") or 7) if chosen == "short" else 28)


def chosen_rows(data: pd.DataFrame, style: Style) -> pd.DataFrame:
    """The rows of the chosen metric and window, those that say most first."""
    metric, days = around(style)
    rows = data[(data["metric"] == metric) & (data["window_days"] == days)]
    place = rows["decision"].map({name: i for i, name in enumerate(ORDER)})
    return rows.assign(place=place, size=-rows["relative_effect"].abs()).sort_values(["place", "size", "label"], kind="stable")


def value(amount: Any, metric: str, style: Style, *, signed: bool = False) -> str:
    """A mean number of orders as one per HUNDRED, or an amount; `signed` with its sign."""
    text = money(amount, style.currency, style.locale) if metric == "amount" else number(amount * HUNDRED, 1, style.locale)
    return f"+{text}" if signed and not pd.isna(amount) and amount > 0 else text


def label_verdicts(kind: str) -> Any:
    """The verdicts of promotions or products."""

    def verdicts(*, data: pd.DataFrame, style: Style) -> Verdicts:
        """Those with enough data first; how many have too few is said."""
        rows = chosen_rows(data, style)
        enough = rows[rows["decision"] != "not_enough_data"]
        missing = len(rows) - len(enough)
        tested = f"{counted(len(enough), kind, style.locale)} could be tested"
        rest = f"; {number(missing, 0, style.locale)} have too few data, which stand below" if missing else ""
        items = [_label_verdict(row, kind, len(enough), style) for row in enough.head(SHOWN).to_dict("records")]
        return Verdicts(items, f"Verdicts on {kind}s", f"{tested}{rest}. What is said here goes together; it need not be the cause.")

    return verdicts


def _label_verdict(row: Row, kind: str, tests: int, style: Style) -> Verdict:
    metric, days, rises = row["metric"], int(row["window_days"]), row["decision"] == "increase"
    size, low, high = (value(row[name], metric, style, signed=True) for name in ("effect", "effect_low", "effect_high"))
    of_what = f"orders per 100 {USES[kind]}" if metric == "orders" else "per order"
    size = f"{size} {of_what} ({change(row['relative_effect'], style.locale)})"
    if row["decision"] == "no_evidence":
        heading, sentence = "No clear difference", f"{size} in the {days} days after an order with it: chance may well have brought that."
    else:
        heading = HEADINGS[metric][0 if rises else 1]
        verb = VERBS[metric][0 if rises else 1]
        sentence = f"In the {days} days after an order with it, customers {verb}: {size}."
    before, after = (value(row[name], metric, style) for name in ("before", "after"))
    per = f" orders per 100 {USES[kind]}" if metric == "orders" else ""
    facts = (
        ("How sure", f"The true difference lies between {low} and {high} in 95 of 100 such tests. {_chance(row, tests, style)}"),
        ("Plain before and after", f"{before}{per} in the {days} days before, {after} in the {days} days after"),
        ("Sample", _sample(row, style)),
        ("What it is not", f"A proof of the cause. It is an association: who uses a {kind} may differ from who does not"),
    )
    return Verdict(cast(Decision, row["decision"]), style.names.get(row["label"]) or row["label"], heading, sentence, facts)


def _sample(row: Row, style: Style) -> str:
    customers, used = (counted(row[name], noun, style.locale) for name, noun in (("customers", "customer"), ("used", "order")))
    return f"{customers} with {used}; {number(row['needed'], 0, style.locale)} customers were needed"


def _chance(row: Row, tests: int, style: Style) -> str:
    """The corrected share in words."""
    q = row["q_value"]
    if pd.isna(q):
        return ""
    often = f"less than {number(KNOWN * 100, 2, style.locale)}%" if q < KNOWN else f"{number(q * 100, 2 if q < 0.1 else 0, style.locale)}%"
    return f"Of findings as clear as this one, {often} are by chance; all {tests} tests made here are taken into account."


def missing(row: Row, style: Style) -> str:
    """Why a label has not enough data, and what would change it."""
    if row["used"] == 0:
        if row["too_recent"] and row["too_recent"] >= row["too_new"]:
            return f"The {int(row['window_days'])} days after its orders are not over yet"
        if row["too_new"]:
            return f"Its customers were not known {int(row['window_days'])} days before"
        return "No customer ordered on both sides"
    if pd.isna(row["needed"]):
        return "No order lies before, so a change cannot be measured"
    if row["customers"] < row["needed"]:
        short = number(row["needed"] - row["customers"], 0, style.locale)
        return f"{short} more customers are needed"
    return "There are no orders without it to compare with" if row["metric"] == "orders" else "Several currencies, or no spread"


def segment_verdicts(*, data: pd.DataFrame, style: Style) -> Verdicts:
    """The verdicts of segments."""
    metric = style.choices.get("tested", "orders")
    rows = data[data["metric"] == metric]
    place = rows["decision"].map({name: i for i, name in enumerate(ORDER)})
    rows = rows.assign(place=place).sort_values(["place", "segment_order"])
    words = period_words(rows["period"].iloc[0], style)
    items = [_segment_verdict(row, words, style) for row in rows.to_dict("records")]
    return Verdicts(items, "Verdicts on segments", f"{words[0]} against {words[1]}. Customers keep the segment that they had before both.")


def period_words(first: Any, style: Style) -> tuple[str, str]:
    """The period and its base in words."""
    grain, start = style.choices.get("compared", "daily"), pd.Timestamp(first).date()
    if grain == "daily":
        return day(start, style.locale), "the same weekday of the four weeks before"
    if grain == "weekly":
        return f"Week of {day(start, style.locale)}", "the four weeks before"
    return written(start, style.locale.month, style.locale), "the four months before"


def _segment_verdict(row: Row, words: tuple[str, str], style: Style) -> Verdict:
    metric, decision = row["metric"], row["decision"]
    now, base, difference = (value(row[name], metric, style, signed=name == "difference") for name in ("current", "base", "difference"))
    what = "orders per 100 customers" if metric == "orders" else "per order"
    customers = counted(row["customers"], "customer", style.locale)
    if decision == "not_enough_data":
        why = (
            f"only {customers}"
            if row["customers"] < 30
            else f"{counted(row['placebo_periods'], 'earlier period', style.locale)} to judge by"
        )
        return Verdict("not_enough_data", segment_name(row["segment"]), "Not enough data", f"Nothing can be said yet: {why}.")
    plain = f"{now} {what} instead of {base}"
    if decision == "no_evidence":
        sentence, heading = f"As usual: {plain} ({difference}), no more than such periods differ anyway.", "No clear difference"
    else:
        rises = decision == "increase"
        sentence = f"{'More' if rises else 'Less'} than usual: {plain} ({difference})."
        heading = HEADINGS[metric][0 if rises else 1]
    low, high = (value(row[name], metric, style, signed=True) for name in ("low", "high"))
    placebos = counted(row["placebo_periods"], "earlier period", style.locale)
    facts = (
        (
            "How sure",
            f"Compared with the same difference in {placebos}, it is off the usual by between {low} and {high}. {_chance(row, 8, style)}",
        ),
        ("Sample", f"{customers}, of whom {number(row['changed_since'], 0, style.locale)} have another segment by now"),
        ("What it is not", "An association: something changed for these customers; what it was is not tested"),
    )
    return Verdict(cast(Decision, decision), segment_name(row["segment"]), heading, sentence, facts)
