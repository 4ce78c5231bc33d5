"""`python -m bench.models [--data FOLDER] [--only PART,…]`: what the value model reaches, against BG/NBD with Gamma-Gamma in the same run.

Always: shops of full size with known truth (`bench.value.worlds`). With a folder of the shared data sets (zips or folders): CDNOW's sample
and Online Retail 2010. Each figure stands beside what it has to reach; CPU seconds are of the process and its children.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import io
import json
import resource
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from bench.clock import forget_peak, peak_gb
from bench.value.worlds import make_shop
from ca_assets.models.value.evaluate import Actual, actual, coverage_of_orders, covers_total, scores
from ca_assets.models.value.forecast import Floats, Forecast, ForecastSettings, OrderDays
from ca_assets.models.value.foundation import Foundation, foundation_at, yardstick_value
from ca_assets.models.value.history import clients_at
from ca_assets.models.value.publish import forecast

Figures = dict[str, Any]
RATIOS = ("mae_orders", "rmse_orders", "mae_revenue", "rmse_revenue", "decile_wape_revenue")
# set, last day of the calibration, weeks of the hold-out
ORIGINS = (
    ("cdnow_sample", "1997-09-30", 39),
    ("cdnow_sample", "1997-12-31", 26),
    ("online_retail_2010", "2010-05-30", 26),
    ("online_retail_2010", "2010-08-29", 13),
)
ROLLING_SHOPS, ROLLING_CUSTOMERS, ROLLING_WEEKS = 5, 6_000, 208
EPOCH = dt.date(1970, 1, 1)


def cpu_seconds() -> float:
    """Of this process and the children that have ended."""
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in spent)


def read_order_days(folder: Path, name: str) -> OrderDays:
    """Purchases of a data set by client and calendar day."""
    archive = folder / f"{name}.zip"
    if archive.exists():
        with zipfile.ZipFile(archive) as files:
            member = next(each for each in files.namelist() if each.endswith("sessions.csv"))
            text = files.read(member).decode("utf-8")
    else:
        text = next((folder / name).rglob("sessions.csv")).read_text(encoding="utf-8")
    sums: dict[tuple[str, int], float] = defaultdict(float)
    for row in csv.DictReader(io.StringIO(text)):
        if row["purchased"] == "True" and row["client"]:
            sums[row["client"], (dt.date.fromisoformat(row["start_date"][:10]) - EPOCH).days] += float(row["amount"])
    keys = sorted(sums)
    numbers = {client: number for number, client in enumerate(sorted({client for client, _ in keys}))}
    client, day = ([numbers[client] for client, _ in keys], [day for _, day in keys])
    return OrderDays(np.array(client, np.int32), np.array(day, np.int32), np.array([sums[key] for key in keys]))


def no_order(orders: OrderDays, said: Forecast, happened: Actual) -> Figures:
    """Mean probability of no order against what happened, and its ranking against those of recency and of the rule "engaged".

    Engaged: the last order is no older than the mean gap of the clients with two order days or more.
    """
    clients, quiet = clients_at(orders, said.origin), happened.orders == 0
    since, again = (said.origin - clients.last) / 7, clients.order_days > 1
    late = (since > (clients.recency[again] / clients.repeats[again]).mean()).astype(np.float64)
    ranked = {"model": said.p_no_order, "recency": since, "engaged rule": late, "1 − P(alive)": 1 - said.p_alive}
    figures = {f"auc of no order, {name}": auc(values, quiet) for name, values in ranked.items()}
    return figures | {"no order: said": float(said.p_no_order.mean()), "no order: happened": float(quiet.mean())}


def compared(said: Forecast, happened: Actual) -> Figures:
    """Ours ÷ BG/NBD with Gamma-Gamma, gains of Gini, errors of totals of both, coverage."""
    ours = scores(said.orders, said.revenue, happened)
    theirs = scores(said.yardstick_orders, said.yardstick_revenue, happened)
    figures: Figures = {"customers": len(said.client), "model": said.model, "guard": said.parameters.get("guard")}
    figures |= {f"{name} ÷": ours[name] / theirs[name] for name in RATIOS}
    figures |= {f"{name} +": ours[name] - theirs[name] for name in ("gini_orders", "gini_revenue")}
    figures |= {f"{name}": (ours[name], theirs[name]) for name in ("total_error_orders", "total_error_revenue")}
    figures["coverage orders"] = coverage_of_orders(said, happened)
    return figures


def auc(score: Floats, positive: np.ndarray) -> float:
    """Chance that a positive has the higher score than a negative; ties count half."""
    place, count = np.unique(score, return_inverse=True, return_counts=True)[1:]
    rank = (np.cumsum(count) - (count - 1) / 2)[place]
    many = int(positive.sum())
    return float((rank[positive].sum() - many * (many + 1) / 2) / (many * (len(score) - many)))


def real(data: Path, seeds: int, epochs: int) -> Iterator[tuple[str, Figures]]:
    """Each data set at one origin."""
    for name, day, weeks in ORIGINS:
        orders, origin = read_order_days(data, name), (dt.date.fromisoformat(day) - EPOCH).days
        said = forecast(orders, origin, ForecastSettings(weeks=weeks, seeds=seeds, epochs=epochs))
        parameters = {key: round(said.parameters[key], 4) for key in ("r", "alpha", "a", "b", "p", "q", "v") if key in said.parameters}
        happened = actual(orders, said)
        yield f"{name} to {day}, {weeks} weeks", compared(said, happened) | no_order(orders, said, happened) | {"parameters": parameters}


def foundations(data: Path) -> Iterator[tuple[str, Figures]]:
    """Pareto/NBD (of lifetimes) ÷ BG/NBD, orders and revenue, with the same Gamma-Gamma on all orders."""
    from lifetimes import ParetoNBDFitter

    for name, day, weeks in ORIGINS:
        orders, origin = read_order_days(data, name), (dt.date.fromisoformat(day) - EPOCH).days
        base = foundation_at(orders, origin)
        clients = base.clients
        before = cpu_seconds()
        history = clients.repeats, clients.recency, clients.age
        other = ParetoNBDFitter(penalizer_coef=0.0).fit(*history, maxiter=5000)
        expected = np.nan_to_num(np.asarray(other.conditional_expected_number_of_purchases_up_to_time(weeks, *history)))
        figures: Figures = {"CPU s": cpu_seconds() - before}
        said = forecast(orders, origin, ForecastSettings(weeks=weeks, seeds=0))
        happened, value = actual(orders, said), base.value()
        pareto, bgnbd = (scores(each, each * value, happened) for each in (expected, base.orders(weeks)))
        figures |= {f"{key} ÷": pareto[key] / bgnbd[key] for key in RATIOS}
        figures |= {f"{key}": (pareto[key], bgnbd[key]) for key in ("total_error_orders", "total_error_revenue", "gini_revenue")}
        yield f"Pareto/NBD, {name} to {day}", figures


def rolling(shops: int) -> Iterator[tuple[str, Figures]]:
    """Totals, intervals and newcomers at origins of the third and fourth year of simulated shops; no network, which moves no total."""
    rows: dict[str, list[Figures]] = defaultdict(list)
    for seed in range(shops):
        for kind in ("stationary", "seasonal", "mixed"):
            orders = make_shop(kind, ROLLING_CUSTOMERS, ROLLING_WEEKS, seed)
            for origin in range(130 * 7 - 1, 182 * 7, 12 * 7):
                said = forecast(orders, origin, ForecastSettings(seeds=0))
                rows[kind].append(_rolled(said, actual(orders, said)))
                rows["all"].append(rows[kind][-1])
    for kind, figures in rows.items():
        names = [name for name in figures[0] if not name.startswith("|")]
        medians = {
            f"median {name}": float(np.median([np.abs(row[name]) for row in figures])) for name in figures[0] if name.startswith("|")
        }
        medians["median |known| ÷"] = medians["median |known|"] / medians["median |known of BG/NBD + GG|"]
        yield f"{kind}, {len(figures)} origins", medians | {name: float(np.mean([row[name] for row in figures])) for name in names}


def _rolled(said: Forecast, happened: Actual) -> Figures:
    known, everything = float(happened.daily_known.sum()), float(happened.daily.sum())
    inside = (said.orders_low <= happened.orders) & (happened.orders <= said.orders_high)
    many = said.orders >= 5
    return {
        "|known|": said.revenue.sum() / known - 1,
        "|known of BG/NBD + GG|": said.yardstick_revenue.sum() / known - 1,
        "|newcomers|": said.daily_newcomers.sum() / (everything - known) - 1,
        "|known + newcomers|": (said.daily_known.sum() + said.daily_newcomers.sum()) / everything - 1,
        "coverage of the total": covers_total(said, happened),
        "coverage of days": np.mean((said.daily_low <= happened.daily) & (happened.daily <= said.daily_high)),
        "coverage of customers": np.mean(inside),
        "coverage of those with 5 orders or more": np.mean(inside[many]),
        "coverage of revenue": np.mean((said.revenue_low <= happened.revenue) & (happened.revenue <= said.revenue_high)),
        "no order, said − happened": said.p_no_order.mean() - np.mean(happened.orders == 0),
    }


def training(customers: int, seeds: int, epochs: int) -> Iterator[tuple[str, Figures]]:
    """Two years of a mixed shop with so many customers: what the network gains there, and what training it takes."""
    orders = make_shop("mixed", int(customers * 1.33), 130, 1)
    origin = 104 * 7 - 1
    spent = []
    for number in (0, seeds):
        before = cpu_seconds()
        said = forecast(orders, origin, ForecastSettings(seeds=number, epochs=epochs))
        spent.append(cpu_seconds() - before)
    again = forecast(orders, origin, ForecastSettings(seeds=1, epochs=1)), forecast(orders, origin, ForecastSettings(seeds=1, epochs=1))
    figures = {"CPU s of training (reach 240)": spent[1] - spent[0], "training rows": said.parameters["training_rows"]}
    figures["the same bytes again"] = all(each.orders.tobytes() == again[0].orders.tobytes() for each in again)
    yield f"mixed shop, {seeds} seeds", figures | compared(said, actual(orders, said))


def million(customers: int) -> Iterator[tuple[str, Figures]]:
    """Fits and scores of a large shop: CPU seconds and the peak of memory beyond what the orders take."""
    orders = make_shop("seasonal", customers, 104, 1)
    forget_peak()
    resting = peak_gb()
    pieces: list[tuple[str, Callable[[], Foundation | Forecast | Floats]]] = [
        ("fit of BG/NBD and Gamma-Gamma", lambda: foundation_at(orders, 104 * 7 - 1)),
        ("Gamma-Gamma of the yardstick", lambda: yardstick_value(foundation_at(orders, 104 * 7 - 1).clients)),
        ("forecast with past origins, without network", lambda: forecast(orders, 104 * 7 - 1, ForecastSettings(seeds=0))),
        ("forecast with a network of one epoch", lambda: forecast(orders, 104 * 7 - 1, ForecastSettings(seeds=1, epochs=1))),
    ]
    figures: Figures = {"order days": len(orders.day)}
    for name, work in pieces:
        forget_peak()
        before = cpu_seconds()
        work()
        figures[f"{name}: CPU s (reach 90)"], figures[f"{name}: GB above rest (reach 1)"] = cpu_seconds() - before, peak_gb() - resting
    yield f"{customers} customers", figures


def main() -> None:
    """Measure, print a line of JSON per result."""
    parser = argparse.ArgumentParser(prog="python -m bench.models", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder with cdnow_sample and online_retail_2010")
    parser.add_argument("--only", default="real,foundations,rolling,training,million", help="parts, with commas [default: %(default)s]")
    parser.add_argument("--customers", type=int, default=1_000_000, help="of the large shop [default: %(default)s]")
    parser.add_argument("--trained", type=int, default=24_000, help="customers of the shop that trains [default: %(default)s]")
    parser.add_argument("--shops", type=int, default=ROLLING_SHOPS, help="simulated shops of each kind [default: %(default)s]")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=30)
    chosen = parser.parse_args()
    parts: dict[str, Callable[[], Iterator[tuple[str, Figures]]]] = {
        "rolling": lambda: rolling(chosen.shops),
        "training": lambda: training(chosen.trained, chosen.seeds, chosen.epochs),
        "million": lambda: million(chosen.customers),
    }
    if chosen.data:
        parts |= {"real": lambda: real(chosen.data, chosen.seeds, chosen.epochs), "foundations": lambda: foundations(chosen.data)}
    for name in chosen.only.split(","):
        for what, figures in parts[name]() if name in parts else ():
            print(json.dumps({what: figures}, default=_plain, ensure_ascii=False), flush=True)


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else str(value)


if __name__ == "__main__":
    main()
