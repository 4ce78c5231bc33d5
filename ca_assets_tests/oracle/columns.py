"""Columns, types and keys of the tables and reports, copied from docs/contract (a column without a type is float)."""

from __future__ import annotations

SESSIONS = "complete bool, step_order int, step str, sessions int, total_sessions int, rate, rate_low, rate_high"
MONEY = "period date, complete bool, revenue, discount, refunds, net_revenue"
ORDERS = "period date, complete bool, orders int"
VOLUME = "period date, complete bool, step_order int, step str, customers int"

COHORT = "cohort date, complete bool, size int, excluded int"
CHURN = "frequency_hours, repeat_customers int, customers int, engaged int, engaged_rate, churn_rate, churn_rate_low, churn_rate_high"
RFM = "recency_score int, frequency_score int, monetary_score int, segment str"
METRICS = ("recency", "frequency", "monetary")
ON_TIME = "promised int, on_time int, on_time_rate, on_time_rate_low, on_time_rate_high"
THREE = "deliver_minutes, prepare_minutes, ride_minutes"
DURATIONS = ("deliver", "prepare", "ride", "return")
PROMOTED = "orders int, promoted_orders int, organic_orders int, promoted_rate, promoted_rate_low, promoted_rate_high"

EFFECTS = (
    "label str, metric str, window_days int, label_orders int, used int, too_recent int, too_new int, customers int, before, after, "
    "difference, effect, effect_low, effect_high, relative_effect, p_value, q_value, decision str, needed int"
)

# name: (key, columns); a column that a model decides is `...` in the oracle's rows, and anything is equal to that
REPORTS = {
    **{f"funnels/sessions_{grain}": ("period, step", f"period date, {SESSIONS}") for grain in ("daily", "weekly", "monthly")},
    "funnels/sessions_hourly": (
        "hour, step",
        "hour int, step_order int, step str, sessions int, days int, sessions_per_day, total_sessions int, rate, rate_low, rate_high",
    ),
    **{f"funnels/customers_{grain}": ("period, step", VOLUME) for grain in ("daily", "weekly", "monthly")},
    "funnels/customers_hourly": ("hour, step", "hour int, step_order int, step str, customers int, days int, customers_per_day"),
    "funnels/customers_conversion": (
        "grain, period, step",
        "grain str, period date, complete bool, step_order int, step str, entered int, undecided int, mature int, customers int, "
        "rate, rate_low, rate_high, median_hours, p90_hours",
    ),
    **{f"stats/{grain}_orders": ("period", ORDERS) for grain in ("daily", "weekly", "monthly")},
    **{f"stats/{grain}_revenue": ("period", MONEY) for grain in ("daily", "weekly", "monthly")},
    "stats/hourly_orders": ("hour", "hour int, orders int, days int, orders_per_day"),
    "stats/hourly_revenue": ("hour", "hour int, revenue, days int, revenue_per_day"),
    "stats/weekly_sessions_per_customer": ("period", "period date, complete bool, sessions int, customers int, sessions_per_customer"),
    "stats/weekly_orders_per_customer": (
        "period",
        "period date, complete bool, orders int, customers int, orders_per_customer, buyers int, orders_per_buyer",
    ),
    "stats/weekly_payment_amount": ("period", "period date, complete bool, orders int, revenue, average_amount"),
    "stats/payment_amount_distribution": ("bin", "bin int, amount_low, amount_high, customers int"),
    "stats/orders_per_customer": ("orders", "orders int, customers int"),
    "stats/kpis": ("metric", "metric str, total, last_7_days, previous_7_days, change_rate"),
    **{
        f"cohorts/{grain}_{a}_{a + 1}": (f"cohort, offset_{unit}", f"{COHORT}, offset_{unit} int, customers int, share, mature bool")
        for grain, unit in (("daily", "days"), ("weekly", "weeks"))
        for a in range(4)
    },
    "cohorts/revenue_weekly": (
        "cohort, offset_weeks",
        f"{COHORT}, offset_weeks int, cumulative_net_revenue, net_revenue_per_customer, mature bool",
    ),
    "cohorts/next_order_survival": (
        "from_order, day",
        "from_order int, day int, customers int, at_risk int, events int, share, share_low, share_high",
    ),
    "products/top_products": ("product", "product str, product_name str, orders int, units, line_value, customers int"),
    "products/top_categories": ("category", "category str, orders int, units, line_value, customers int"),
    "products/product_pairs": (
        "product_a, product_b",
        "product_a str, product_b str, orders int, orders_a int, orders_b int, total_orders int, support, confidence_ab, confidence_ba, "
        "lift",
    ),
    "products/daily_products": ("period, product", "period date, complete bool, product str, orders int, units, line_value"),
    "products/line_value_monthly": (
        "period",
        "period date, complete bool, orders int, orders_with_lines int, line_value, revenue, discount, difference",
    ),
    "promotions/summary": (
        "promotion_id",
        "promotion_id str, orders int, client_orders int, customers int, revenue, discount, average_amount, first_orders int, "
        "first_order_rate, first_order_rate_low, first_order_rate_high, orders_per_customer",
    ),
    "promotions/daily_share": ("period", f"period date, complete bool, {PROMOTED}"),
    "promotions/hourly_share": ("hour", f"hour int, days int, {PROMOTED}"),
    "promotions/daily_revenue": (
        "period, promotion_id",
        "period date, complete bool, promotion_id str, orders int, revenue, discount",
    ),
    "churn/overall": ("report_date", f"report_date date, {CHURN}"),
    "churn/weekly": ("period", f"period date, complete bool, {CHURN}"),
    "churn/monthly": ("period", f"period date, complete bool, {CHURN}"),
    "churn/customer_bridge_monthly": (
        "period",
        "period date, complete bool, frequency_hours, opening int, new int, reactivated int, lapsed int, closing int, new_lapsed int",
    ),
    "journey/average": (
        "step",
        "step_order int, step str, customers int, average_hours, hours_customers int, average_amount, orders_per_buyer",
    ),
    "rfm/points": ("client", f"client str, currency str, recency_hours, frequency_hours, monetary, {RFM}"),
    "segmentation/summary": (
        "segment",
        "segment str, segment_order int, customers int, customer_share, orders int, revenue, revenue_share, average_recency_hours, "
        "average_frequency_hours, average_monetary",
    ),
    "segmentation/scores": (
        "metric, currency, score",
        "metric str, currency str, score int, customers int, low, high, bound_low, bound_high, fits int, fitted_on date",
    ),
    **{f"segmentation/{name}": ("bin, score", "bin int, low, high, score int, customers int") for name in METRICS},
    "segmentation/migration_monthly": (
        "period, from_segment, to_segment",
        "period date, complete bool, from_segment str, to_segment str, customers int, by_boundary int, revenue_before, revenue_after",
    ),
    **{f"ab_tests/{kind}_effects": ("label, metric, window_days", EFFECTS) for kind in ("promotion", "product")},
    **{
        f"ab_tests/{kind}_resampled": (
            "label, metric",
            "label str, metric str, tests int, accepted int, increased int, decreased int, reject_ratio",
        )
        for kind in ("promotion", "product")
    },
    **{
        f"ab_tests/{kind}_distributions": ("label, metric", "label str, metric str, distribution str, bic, n int")
        for kind in ("promotion", "product")
    },
    "ab_tests/promotion_comparison": (
        "promotion_a, promotion_b",
        "promotion_a str, promotion_b str, customers_a int, customers_b int, average_a, average_b, difference, low, high, p_value, "
        "q_value, tests int, accepted int, rejected int, reject_ratio, decision str",
    ),
    **{
        f"ab_tests/segment_{grain}": (
            "segment, metric",
            "segment str, segment_order int, metric str, period date, customers int, changed_since int, current, base, difference, "
            "low, high, placebo_periods int, p_value, q_value, decision str",
        )
        for grain in ("daily", "weekly", "monthly")
    },
    "delivery/kpis": ("duration", "duration str, deliveries int, impossible int, mean_minutes, p50_minutes, p90_minutes"),
    "delivery/totals": (
        "report_date",
        f"report_date date, orders int, deliveries int, open int, located int, locations int, {ON_TIME}, mean_late_minutes",
    ),
    "delivery/daily": ("period", f"period date, complete bool, deliveries int, mean_minutes, p50_minutes, p90_minutes, {ON_TIME}"),
    **{
        f"delivery/{name}_weekday_hour": (
            "weekday, hour",
            "weekday int, hour int, deliveries int, mean_minutes, normalised, robust_z, is_abnormal bool",
        )
        for name in DURATIONS
    },
    **{
        f"delivery/{name}_locations": (
            "geohash",
            "geohash str, latitude, longitude, deliveries int, mean_minutes, z, score, is_abnormal bool",
        )
        for name in DURATIONS
    },
    "delivery/abnormal_customers": ("client", f"client str, deliveries int, {THREE}, z_deliver, z_prepare, z_ride, score"),
    "delivery/abnormal_transactions": (
        "id",
        f"id str, client str, ordered_at time, geohash str, {THREE}, is_location bool, is_customer bool, rule int",
    ),
    "delivery/lateness": (
        "group",
        "group str, deliveries int, mature int, reordered int, reorder_rate, reorder_rate_low, reorder_rate_high, refunded int, "
        "refund_rate, refund_rate_low, refund_rate_high",
    ),
}
CHOSEN = ("delivery/abnormal_customers", "delivery/abnormal_transactions")  # a model chooses among the oracle's rows
BY_DELIVERY = (
    "delivery/kpis",
    "delivery/totals",
    *(f"delivery/{name}_weekday_hour" for name in DURATIONS),
    *(f"delivery/{name}_locations" for name in DURATIONS),
    *CHOSEN,
    "delivery/lateness",
)
WINDOWED = (
    "funnels/sessions_hourly",
    "stats/hourly_orders",
    "stats/hourly_revenue",
    "stats/payment_amount_distribution",
    "stats/orders_per_customer",
    "products/top_products",
    "products/top_categories",
    "products/product_pairs",
    "promotions/summary",
    "promotions/hourly_share",
    *BY_DELIVERY,
)
WINDOW_DAYS = (7, 28, 90, 365)


def windows_of(name: str) -> tuple[int, ...]:
    """The windows of a report, in days."""
    if name not in WINDOWED:
        return ()
    return WINDOW_DAYS[2:] if name == "delivery/lateness" else WINDOW_DAYS


def report_names(windows: bool) -> list[str]:
    """Every report of the contract, with its windows if they are asked for."""
    return [*REPORTS, *(f"{name}@{days}d" for name in WINDOWED for days in windows_of(name) if windows)]


def report_columns(name: str) -> list[tuple[str, str]]:
    """(column, type) of a report, whose name may end in a window (`@7d`)."""
    return _typed(REPORTS[name.split("@", maxsplit=1)[0]][1])


def report_key(name: str) -> list[str]:
    """The key columns of a report, without the scope."""
    return REPORTS[name.split("@", maxsplit=1)[0]][0].split(", ")


def order_columns(dimensions: list[str], actions: list[str]) -> list[tuple[str, str]]:
    """(column, type) of the table `orders`."""
    first = "id str, client str, session_start_date time, date time, payment_amount, discount_amount, has_purchased bool, "
    first += "promotion_id str, currency str, refund_amount, refund_date time"
    last = "basket json, delivery.delivery_date time, delivery.prepare_date time, delivery.return_date time, "
    last += "delivery.promised_date time, delivery.latitude, delivery.longitude"
    mapped = [(f"dimensions.{name}", "str") for name in dimensions] + [(f"actions.{name}", "bool") for name in actions]
    return _typed(first) + mapped + _typed(last)


def download_columns(actions: list[str]) -> list[tuple[str, str]]:
    """(column, type) of the table `downloads`."""
    return [("client", "str"), ("download_date", "time"), ("signup_date", "time"), *((f"actions.{name}", "time") for name in actions)]


def segment_columns() -> list[tuple[str, str]]:
    """(column, type) of the table `rfm_segments`."""
    values = "client str, currency str, recency_hours, frequency_hours, monetary, orders int, order_days int, revenue"
    return _typed(f"{values}, first_order time, last_order time, {RFM}")


def _typed(columns: str) -> list[tuple[str, str]]:
    pairs = [column.split(" ") for column in columns.split(", ")]
    return [(pair[0], pair[1] if len(pair) > 1 else "float") for pair in pairs]
