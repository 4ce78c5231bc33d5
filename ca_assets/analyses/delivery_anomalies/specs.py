"""The contracts of `delivery` (docs/contract, section 15): columns, keys and the definitions that shop owners read."""

from __future__ import annotations

from ca_assets.analyses.core.columns import COMPLETE, HOUR, PERIOD, interval
from ca_assets.analyses.core.report import Column, ReportSpec
from ca_assets.contracts.report_path import WINDOW_DAYS

NAME = "delivery"
NEEDS = ("deliveries",)
MATURITY_DAYS = 30
MEANING = {
    "deliver": "from the order to the delivery",
    "prepare": "from the order until it is prepared",
    "ride": "from prepared to delivered",
    "return": "from the delivery to the return",
}
NEEDED = {"deliver": (), "prepare": ("prepare_date",), "ride": ("prepare_date",), "return": ("return_date",)}
_BY_DELIVERY = " Days are those of the delivery: by the day of the order the newest days would hold fast deliveries only."
_CLOCK = "The order is the end of its session where the shop has it, else its beginning."
_DELIVERIES = Column("deliveries", "int", "count", "Known deliveries")
_COUNTED = Column("deliveries", "int", "count", "Deliveries whose duration is possible: not negative")
_MEAN = Column("mean_minutes", "float", "minutes", "Mean duration in minutes")
_QUANTILES = (
    Column("p50_minutes", "float", "minutes", "Half of the deliveries took no longer (median)"),
    Column("p90_minutes", "float", "minutes", "Nine in ten deliveries took no longer"),
)
_PUNCTUALITY = (
    Column("promised", "int", "count", "Known deliveries with a promised date"),
    Column("on_time", "int", "count", "Of these, delivered by the promised moment; a date alone promises its whole day"),
    Column("on_time_rate", "float", "rate", "on_time / promised"),
    *interval("on_time_rate"),
)
_CLIENT = Column("client", "str", "text", "The customer")
_DURATIONS = tuple(Column(f"{name}_minutes", "float", "minutes", f"Minutes {MEANING[name]}") for name in ("deliver", "prepare", "ride"))
_GEOHASH = Column("geohash", "str", "text", "The location: a geohash of 7 characters, a cell of about 150 m")
_KPIS = ReportSpec(
    NAME,
    "kpis",
    "How long deliveries take",
    f"Four durations in minutes: deliver ({MEANING['deliver']}), prepare ({MEANING['prepare']}), ride ({MEANING['ride']}) and return "
    f"({MEANING['return']}). {_CLOCK} A negative duration is impossible: it is counted and left out." + _BY_DELIVERY,
    ("duration",),
    (
        Column("duration", "str", "text", "deliver, prepare, ride or return"),
        _COUNTED,
        Column("impossible", "int", "count", "Deliveries whose duration would be negative; they are in no other figure of it"),
        _MEAN,
        *_QUANTILES,
    ),
    has_windows=True,
    needs=NEEDS,
)
_TOTALS = ReportSpec(
    NAME,
    "totals",
    "Deliveries",
    "Orders and what became of them: delivered or still open, delivered to how many locations (cells of about 150 m), and how many came "
    f"by the promised date. {_CLOCK} Orders and open ones are those of the days; deliveries those delivered on the days.",
    ("report_date",),
    (
        Column("report_date", "date", "date", "Last day that the report covers"),
        Column("orders", "int", "count", "Known orders"),
        _DELIVERIES,
        Column("open", "int", "count", "Orders without a known delivery"),
        Column("located", "int", "count", "Deliveries with coordinates; 0, 0 is none"),
        Column("locations", "int", "count", "Distinct locations of them"),
        *_PUNCTUALITY,
        Column("mean_late_minutes", "float", "minutes", "Mean minutes after the promise, over the late ones"),
    ),
    has_windows=True,
    needs=NEEDS,
)
_DAILY = ReportSpec(
    NAME,
    "daily",
    "Deliveries by day",
    "Per day of the delivery: deliveries, the minutes from order to delivery, and how many came by the promised date. "
    "Days without a delivery are 0 and have no minutes.",
    ("period",),
    (PERIOD, COMPLETE, _DELIVERIES, _MEAN, *_QUANTILES, *_PUNCTUALITY),
    grain="daily",
    needs=NEEDS,
)
_TRANSACTIONS = ReportSpec(
    NAME,
    "abnormal_transactions",
    "Abnormal deliveries",
    "Deliveries of an abnormal weekday and hour of the order to an abnormal location or customer. Rule 1: location, customer, and weekday "
    "and hour are all abnormal; rule 2: weekday and hour, and one of the others. The newest 10,000 by the moment of the order."
    + _BY_DELIVERY,
    ("id",),
    (
        Column("id", "str", "text", "The order"),
        _CLIENT,
        Column("ordered_at", "time", "time", "Moment of the order"),
        _GEOHASH,
        *_DURATIONS,
        Column("is_location", "bool", "flag", "Whether its location is abnormal"),
        Column("is_customer", "bool", "flag", "Whether its customer is abnormal"),
        Column("rule", "int", "number", "1: location, customer, weekday and hour; 2: weekday and hour, and one of the others"),
    ),
    has_windows=True,
    needs=NEEDS,
)
_CUSTOMERS = ReportSpec(
    NAME,
    "abnormal_customers",
    "Customers with slow deliveries",
    "Customers with three deliveries or more who wait longer than others, by more than chance explains: z is the distance of the mean from "
    "the usual mean, in units of what a mean of so many deliveries varies by. Abnormal: a z above 3.5, or a z above 2 and a pattern of the "
    "durations that is far from the usual one." + _BY_DELIVERY,
    ("client",),
    (
        _CLIENT,
        _DELIVERIES,
        *_DURATIONS,
        *(Column(f"z_{name}", "float", "ratio", f"How unusual the mean is, {MEANING[name]}") for name in ("deliver", "prepare", "ride")),
        Column("score", "float", "ratio", "The largest z, or that of the pattern where it is larger"),
    ),
    has_windows=True,
    is_of_clients=True,
    needs=NEEDS,
)
_LATENESS = ReportSpec(
    NAME,
    "lateness",
    "What lateness costs",
    f"Deliveries with a promised date, on time and late: how many of their customers ordered again within {MATURITY_DAYS} days of the "
    f"delivery, and how many orders were refunded by then; over those whose {MATURITY_DAYS} days have passed. An association: late "
    "deliveries may differ in more than their lateness." + _BY_DELIVERY,
    ("group",),
    (
        Column("group", "str", "text", "on_time or late"),
        _DELIVERIES,
        Column("mature", "int", "count", f"Of these, those whose {MATURITY_DAYS} days have passed"),
        Column("reordered", "int", "count", f"Mature ones whose customer placed another order within {MATURITY_DAYS} days"),
        Column("reorder_rate", "float", "rate", "reordered / mature"),
        *interval("reorder_rate"),
        Column("refunded", "int", "count", f"Mature ones with a refund before the {MATURITY_DAYS} days were over"),
        Column("refund_rate", "float", "rate", "refunded / mature"),
        *interval("refund_rate"),
    ),
    has_windows=True,
    windows=tuple(days for days in WINDOW_DAYS if days > MATURITY_DAYS),
    is_of_clients=True,
    needs=(*NEEDS, "promised_date"),
)


def _weekday_hour(duration: str) -> ReportSpec:
    return ReportSpec(
        NAME,
        f"{duration}_weekday_hour",
        f"{duration.capitalize()}: weekday and hour",
        f"Minutes {MEANING[duration]}, by weekday and hour of the order on the shop's clock. A cell is abnormal when its mean lies far "
        "above the median cell's: the distance is weighed by the number of deliveries and by how much durations vary, and must exceed "
        f"what is usual among the cells; cells of fewer than 5 deliveries are not judged. {_CLOCK}" + _BY_DELIVERY,
        ("weekday", "hour"),
        (
            Column("weekday", "int", "number", "1 is Monday"),
            HOUR,
            _COUNTED,
            _MEAN,
            Column(
                "normalised", "float", "ratio", "The mean from 0 (shortest cell) to 1 (longest cell): the colour; empty below 5 deliveries"
            ),
            Column("robust_z", "float", "ratio", "How far above the usual cell, in units of what is usual among cells"),
            Column("is_abnormal", "bool", "flag", "Whether robust_z is above 4"),
        ),
        has_windows=True,
        needs=(*NEEDS, *NEEDED[duration]),
    )


def _locations(duration: str) -> ReportSpec:
    return ReportSpec(
        NAME,
        f"{duration}_locations",
        f"{duration.capitalize()}: locations",
        f"Minutes {MEANING[duration]}, by location (a cell of about 150 m). z is the distance of a location's mean from the usual mean, in "
        "units of what a mean of so many deliveries varies by, so that one slow delivery makes no slow location. Abnormal: three "
        "deliveries or more and a z above 3.5 (or above 2, with a pattern of the durations that is far from the usual one)." + _BY_DELIVERY,
        ("geohash",),
        (
            _GEOHASH,
            Column("latitude", "float", "degrees", "Middle of the cell, degrees north"),
            Column("longitude", "float", "degrees", "Middle of the cell, degrees east"),
            _COUNTED,
            _MEAN,
            Column("z", "float", "ratio", "How unusual the mean is"),
            Column("score", "float", "ratio", "The largest z of deliver, prepare and ride, or that of their pattern where it is larger"),
            Column("is_abnormal", "bool", "flag", "Whether the location is abnormal"),
        ),
        has_windows=True,
        needs=(*NEEDS, *NEEDED[duration], "coordinates"),
    )


REPORTS: tuple[ReportSpec, ...] = (
    _KPIS,
    _TOTALS,
    _DAILY,
    *(_weekday_hour(duration) for duration in MEANING),
    *(_locations(duration) for duration in MEANING),
    _CUSTOMERS,
    _TRANSACTIONS,
    _LATENESS,
)
SPECS = {spec.type: spec for spec in REPORTS}
