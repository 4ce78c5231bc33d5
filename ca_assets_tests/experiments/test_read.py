"""An experiment from the command line on a loaded shop, and its figures found again by pandas from the shop's file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ca_assets.experiments.readout import Reading, read_experiment
from ca_assets.experiments.words import facts, heading, sentence
from ca_assets.index.open import open_index
from ca_assets.models.experiments.assignment import held_out
from ca_assets.settings.database import open_database
from ca_assets.settings.experiments.kept import Experiment, get_experiment
from ca_assets.settings.process import ProcessSettings
from ca_assets.wording.locales import BRITISH
from ca_assets_tests.cli.conftest import Home
from ca_assets_tests.dash.applications import logged_in, make_app
from ca_assets_tests.dash.settings.test_pages import routed

START = pd.Timestamp("2024-03-01 00:00", tz="Europe/Berlin")
SHOP = """
name: Kettle
calendar: {timezone: Europe/Berlin}
sources:
  sessions:
    kind: csv
    path: sessions.csv
    columns: {id: id, client: client, session_start_date: at, payment_amount: amount, has_purchased: bought}
"""


def sessions() -> pd.DataFrame:
    """1,200 customers known before the start, 50 who came later, and one at its very instant; the test orders twice as much."""
    random = np.random.default_rng(4)
    clients = [f"c{number}" for number in range(1200)]
    is_holdout = held_out(clients, "fixed", 0.25)
    before = pd.DataFrame({"client": clients, "at": START - pd.to_timedelta(random.uniform(1, 80 * 24, 1200), "h"), "bought": False})
    orders = []
    for first, days, factor in ((-90, 90, 1.0), (0, 28, 2.0)):
        counts = random.poisson(0.03 * days * np.where(is_holdout | (first < 0), 1.0, factor))
        names = np.repeat(clients, counts)
        orders.append(
            pd.DataFrame({"client": names, "at": START + pd.to_timedelta(random.uniform(first * 24, (first + days) * 24, len(names)), "h")})
        )
    late = pd.DataFrame({"client": [f"late{n}" for n in range(50)], "at": START + pd.Timedelta("3D")})
    tie = pd.DataFrame({"client": ["c0", "tie"], "at": [START, START]})
    bought = pd.concat([*orders, late, tie]).assign(bought=True)
    last = pd.DataFrame({"client": ["late0"], "at": [START + pd.Timedelta("27.5D")], "bought": False})
    rows = pd.concat([before, bought, last], ignore_index=True)
    rows["amount"] = np.where(rows["bought"], random.lognormal(3, 0.6, len(rows)).round(2), 0.0)
    return rows.assign(id=[f"s{number}" for number in range(len(rows))])


@pytest.fixture(scope="module")
def split(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("experiment"))
    home.shop.mkdir()
    sessions().assign(at=lambda rows: rows["at"].map(lambda at: at.isoformat())).to_csv(home.shop / "sessions.csv", index=False)
    (home.shop / "shop.yaml").write_text(SHOP)
    home.ca("sources", "apply", str(home.shop / "shop.yaml"))
    home.ca("load")
    lists = str(home.root / "lists")
    home.ca("experiment", "split", "coupon", "--holdout", "25%", "--salt", "fixed", "--start", "2024-03-01", "--out", lists)
    return home


def reading(home: Home, experiment: Experiment | None = None) -> Reading:
    settings = ProcessSettings(home=home.home)
    with open_index(settings).snapshot() as snapshot:
        return read_experiment(snapshot, experiment or get_experiment(open_database(settings), "coupon"))


def test_both_lists_have_everybody_known_before_once(split: Home) -> None:
    test, holdout = (pd.read_csv(split.root / "lists" / f"coupon_{arm}.csv")["client"].tolist() for arm in ("test", "holdout"))
    assert sorted(test + holdout) == sorted(f"c{number}" for number in range(1200))
    assert holdout == [name for name in sorted(test + holdout) if held_out([name], "fixed", 0.25)[0]]


def test_the_figures_are_those_of_the_file(split: Home) -> None:
    rows, read = sessions(), reading(split)
    clients = sorted(f"c{number}" for number in range(1200))
    is_holdout = held_out(clients, "fixed", 0.25)
    assert (read.test, read.holdout, read.later) == (int((~is_holdout).sum()), int(is_holdout.sum()), 51)
    bought = rows[rows["bought"]]
    since = bought[(bought["at"] >= START) & (bought["at"] < START + pd.Timedelta("28D"))]
    past = bought[(bought["at"] >= START - pd.Timedelta("91D")) & (bought["at"] < START)]
    for metric, column, how in (("orders", "id", "count"), ("revenue", "amount", "sum")):
        y, x = (frame.groupby("client")[column].agg(how).reindex(clients, fill_value=0).to_numpy(float) for frame in (since, past))
        arm = np.column_stack([~is_holdout, is_holdout]).astype(float)
        # ordinary least squares of the outcome on the arms and the past: another way to the same coefficient
        test_mean, holdout_mean, theta = np.linalg.lstsq(np.column_stack([arm, x - x.mean()]), y, rcond=None)[0]
        effect = read.effects[metric]
        assert effect is not None
        assert (effect.theta, effect.test, effect.holdout) == pytest.approx((theta, test_mean, holdout_mean))
        assert effect.plain == pytest.approx(y[~is_holdout].mean() - y[is_holdout].mean())
    assert read.decision("orders") == read.decision("revenue_capped") == "increase"


def test_it_is_told_in_words(split: Home) -> None:
    told = split.ca("experiment", "read", "coupon").stdout
    assert "Orders: More. Customers of the test ordered more than those held out: +" in told and "in 28 days" in told
    assert "Chance decided who is who" in told and "51 came later and take no part" in told
    assert "Revenue: Shown only." in told and "coupon" in split.ca("experiment", "list").stdout


@pytest.mark.parametrize(
    ("share", "start", "why"),
    [(0.25, dt.datetime(2000, 1, 1, tzinfo=dt.UTC), "no customer was known"), (0.01, START, "each side needs 100 customers"),
     (0.25, dt.datetime(2030, 1, 1, tzinfo=dt.UTC), "no day since its start is loaded")],
)  # fmt: skip
def test_nothing_is_said_of_too_little(split: Home, share: float, start: dt.datetime, why: str) -> None:
    experiment = Experiment(label="x", salt="fixed", holdout_share=share, days=28, lift=0.05, started_at=start)
    read = reading(split, experiment)
    assert why in read.refusal and read.decision("orders") == "not_enough_data"
    assert heading(read, "orders") == "Not enough data" and why in sentence(read, "orders", BRITISH) and facts(read, "orders", BRITISH)


def test_wrong_sizes_stop_every_decision(split: Home) -> None:
    experiment = get_experiment(open_database(ProcessSettings(home=split.home)), "coupon")
    wrong = Experiment(label="x", salt="fixed", holdout_share=0.25, days=28, lift=0.05, started_at=experiment.start)
    read = reading(split, wrong)
    broken = Reading(**{**vars(read), "ratio_p": 1e-6})
    assert read.ratio_p > 0.001 and broken.decision("orders") == "not_enough_data"
    assert "assigned or removed them" in sentence(broken, "orders", BRITISH)


def test_wrong_experiments_are_refused(split: Home) -> None:
    for words in (["coupon"], ["a/b"], ["x", "--holdout", "0%"], ["x", "--days", "0"]):
        assert split.ca("experiment", "split", *words, "--out", str(split.root), fails=True).stderr
    assert "no experiment" in split.ca("experiment", "read", "nothing", fails=True).stderr


def test_an_assignment_does_not_depend_on_the_folder(split: Home, tmp_path: Path) -> None:
    split.ca("experiment", "split", "again", "--holdout", "0.25", "--salt", "fixed", "--start", "2024-03-01", "--out", str(tmp_path))
    assert (tmp_path / "again_test.csv").read_bytes() == (split.root / "lists" / "coupon_test.csv").read_bytes()
    split.ca("experiment", "remove", "again")


def test_the_page_shows_verdicts(split: Home) -> None:
    app, _ = make_app(split.home)
    shown = logged_in(app).post("/_dash-update-component", json=routed("/settings/experiments")).get_data(as_text=True)
    assert "coupon" in shown and "Customers of the test ordered more" in shown and "is-increase" in shown
