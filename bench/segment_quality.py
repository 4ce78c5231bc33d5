"""How steady segments are, and what they say about what follows, for shops of any size.

`python -m bench.segment_quality FOLDER SHOP_YAML…` loads each shop into the folder (once), and prints
- of the last 12 months' firsts: the share of buyers whose segment changes because bounds move, by the bounds in force, and by each month's
  fit alone;
- as of 26 weeks before the end: the mean spend of each segment's buyers in these 26 weeks, and the share of the variance of spend that the
  eight segments explain, beside eight clusters by K-means of the raw values (days since the last order, days with an order, amount;
  standardised; the best of ten starts).
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.cluster.vq import kmeans2

from bench.segments import fill_lake, read_lake
from ca_assets.analyses.core.base import make_base
from ca_assets.analyses.core.context import Context, Tables
from ca_assets.analyses.core.segments.bounds import Bounds, BoundsInForce
from ca_assets.analyses.core.segments.fits import fit
from ca_assets.analyses.core.segments.model import BoundsOfMonth, SegmentModel, padded, segment_model
from ca_assets.analyses.core.segments.sampling import Sampling
from ca_assets.analyses.core.segments.scores import CODE, SEGMENT_BY_CODE, SEGMENTS
from ca_assets.analyses.core.segments.values import hours_between
from ca_assets.analyses.core.temp_tables import TempTables

WEEKS, MONTHS, STARTS = 26, 12, 10


@contextmanager
def modelled(tables: Tables, context: Context) -> Iterator[SegmentModel]:
    """The segments as of the context's day."""
    with TempTables(tables.orders.get_backend()) as temp:
        base = make_base(tables, context, temp)
        if base is None:
            raise SystemExit("no session is known")
        yield segment_model(base)


def segments_of(states: pd.DataFrame, recency: NDArray[np.float64], bounds: BoundsOfMonth) -> NDArray[np.int8]:
    """Segments (1..8) of states under bounds, one by one."""
    monetary = np.array([padded(bounds, "monetary", currency) for currency in range(states["currency"].max() + 1)])[states["currency"]]
    values = {"recency": recency, "frequency": states["frequency_hours"].to_numpy(np.float64)}
    r, f = (5 - (np.array(padded(bounds, metric)) < values[metric][:, None]).sum(axis=1) for metric in ("recency", "frequency"))
    m = 5 - (monetary > states["monetary"].to_numpy()[:, None]).sum(axis=1)
    return np.asarray(SEGMENT_BY_CODE[np.stack([r, np.where(states["order_days"] == 1, 0, f), m], axis=1) @ CODE])


def changes(model: SegmentModel) -> dict[str, list[float]]:
    """By kind of bounds: the share of buyers whose segment is another on the first of a month, by values of that moment."""
    states, months = model.states.to_pandas(), model.months
    sampling = Sampling(model.states, months, model.buyers)
    in_force = BoundsInForce(sampling, model.known, model.minimum)
    shares: dict[str, list[float]] = {"bounds in force": [], "one fit alone": []}
    for month in range(max(len(months) - MONTHS, 2), len(months)):
        if model.known[month - 2] < model.minimum:
            continue
        known = states[(states["month"] < month) & (states["until"] >= month)]
        recency = hours_between(known["last"].dt.tz_localize(None).to_numpy(), months.ends[month - 1])
        fits = [{name: fit(values) for name, values in sampling.values(m).items()} for m in (month - 2, month - 1)]
        alone = [{name: Bounds(made.bounds, 1, month) for name, made in of_month.items()} for of_month in fits]
        for kind, (old, new) in (("bounds in force", (in_force.of(month - 1), in_force.of(month))), ("one fit alone", alone)):
            shares[kind].append(float(np.mean(segments_of(known, recency, old) != segments_of(known, recency, {**old, **new}))))
    return shares


def outcome(tables: Tables, context: Context) -> pd.DataFrame:
    """Buyers as of 26 weeks before the end: values, segment, and `spend` in these weeks."""
    if context.report_date is None or context.as_of is None:
        return pd.DataFrame()
    origin = replace(context, report_date=context.report_date - dt.timedelta(weeks=WEEKS))
    with modelled(tables, origin) as model:
        if model.refusal:
            return pd.DataFrame()
        clients = model.base.customers.select("key", "client")
        buyers = model.current.inner_join(clients, "key").to_pandas()
    orders = tables.orders.filter(tables.orders.has_purchased & tables.orders.client.notnull())
    rows = orders.select("client", "session_start_date", "payment_amount").to_pandas()
    later = rows[(rows["session_start_date"] >= origin.as_of) & (rows["session_start_date"] < context.as_of)]
    return buyers.assign(spend=buyers["client"].map(later.groupby("client")["payment_amount"].sum()).fillna(0.0))


def explained(spend: NDArray[np.float64], groups: NDArray[np.int64]) -> float:
    """The share of the variance that lies between groups."""
    means = pd.Series(spend).groupby(groups).transform("mean")
    return float(means.var(ddof=0) / spend.var()) if spend.var() else 0.0


def by_raw_values(buyers: pd.DataFrame) -> NDArray[np.int64]:
    """Eight clusters of the raw values."""
    raw = buyers[["recency_hours", "order_days", "monetary"]].to_numpy(np.float64)
    raw = (raw - raw.mean(axis=0)) / np.where(raw.std(axis=0) > 0, raw.std(axis=0), 1)
    runs = [kmeans2(raw, len(SEGMENTS), seed=seed, minit="++", missing="warn") for seed in range(STARTS)]
    return np.asarray(min(runs, key=lambda run: np.square(raw - run[0][run[1]]).sum())[1])


def report(name: str, tables: Tables, context: Context) -> None:
    """Print what one shop gives."""
    with modelled(tables, context) as model:
        found: Mapping[str, list[float]] = changes(model) if model.refusal is None else {}
    for kind, shares in found.items():
        if shares:
            print(f"{name}: change on the first of a month, {kind}: {min(shares):.1%} to {max(shares):.1%}, mean {np.mean(shares):.1%}")
    buyers = outcome(tables, context)
    if buyers.empty:
        print(f"{name}: too few buyers {WEEKS} weeks before the end")
        return
    spend = buyers["spend"].to_numpy(np.float64)
    means = buyers.groupby("segment")["spend"].agg(["mean", "size"]).sort_values("mean", ascending=False)
    print(f"{name}: spend in {WEEKS} weeks: " + ", ".join(f"{SEGMENTS[int(s) - 1]} {m:.2f} ({n:.0f})" for s, (m, n) in means.iterrows()))
    ours, raw = explained(spend, buyers["segment"].to_numpy()), explained(spend, by_raw_values(buyers))
    print(f"{name}: variance of spend explained: segments {ours:.3f}, K-means of raw values {raw:.3f}", flush=True)


def main() -> None:
    """Each shop in turn."""
    for path in map(Path, sys.argv[2:]):
        home = Path(sys.argv[1]) / path.parent.name
        if not (home / "ready").exists():
            home.mkdir(parents=True, exist_ok=True)
            fill_lake(home, path)
            (home / "ready").touch()
        report(path.parent.name, *read_lake(home, path))


if __name__ == "__main__":
    main()
