"""What every report's contract says of itself: keys, units, the length of its periods, and where its figures begin."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ca_assets.analyses.core.downloads import FROM_DOWNLOAD
from ca_assets.analyses.core.family import catalogue, spec_of
from ca_assets.analyses.core.report import ReportSpec
from ca_assets.analyses.stats.specs import KPI_UNITS
from ca_assets.contracts.report_path import WINDOW_DAYS, ReportPath
from ca_assets.contracts.units import UNITS, UNITS_OF_TYPE

SPECS = pytest.mark.parametrize("spec", catalogue().values(), ids=list(catalogue()))


@SPECS
def test_columns_have_a_unit_of_their_type(spec: ReportSpec) -> None:
    assert {column.name: column.unit for column in spec.columns if column.unit not in UNITS_OF_TYPE[column.dtype]} == {}


@SPECS
def test_names_of_columns_agree_with_their_units(spec: ReportSpec) -> None:
    units = {column.name: column.unit for column in spec.columns}
    for name, unit in units.items():
        assert (unit in ("rate", "change")) or not name.removesuffix("_low").removesuffix("_high").endswith("rate"), name
        assert (unit == "hours") == name.endswith("_hours"), name
        for bound in (f"{name}_low", f"{name}_high"):
            assert units.get(bound, unit) == unit, f"{bound} is a bound of {name}"


@SPECS
def test_what_starts_at_the_download_says_what_that_is(spec: ReportSpec) -> None:
    assert spec.starts_at_download == (FROM_DOWNLOAD in spec.definition)


@SPECS
def test_the_key_is_of_columns(spec: ReportSpec) -> None:
    names = [column.name for column in spec.columns]
    assert len(set(names)) == len(names)
    assert set(spec.key) <= set(names)
    assert spec.key


@SPECS
def test_a_series_states_the_length_of_its_periods(spec: ReportSpec) -> None:
    """Reports whose rows are periods, and no others; the name says which."""
    assert spec.is_series == (spec.key[0] in ("period", "cohort"))
    if spec.is_series:
        assert spec.grain is not None
        assert spec.grain in spec.type
        assert not spec.has_windows


def test_every_unit_is_known() -> None:
    assert set().union(*UNITS_OF_TYPE.values()) == set(UNITS)
    assert set(KPI_UNITS.values()) <= set(UNITS) - {"by_row"}


def test_paths_are_read_as_they_are_written() -> None:
    for path in catalogue():
        for window in (None, *WINDOW_DAYS):
            written = str(replace(ReportPath.parse(path), window=window))
            assert ReportPath.parse(written).window == window
            assert str(ReportPath.parse(written)) == written
            assert spec_of(written) is catalogue()[path]
    assert str(ReportPath("products", "top_products", 28)) == "products/top_products@28d"
    assert ReportPath.parse("products/top_products@28d").windowed_type == "top_products@28d"
    assert str(ReportPath.parse("products/top_products@28d").whole) == "products/top_products"


@pytest.mark.parametrize(
    "text", ["", "orders", "stats/", "/kpis", "a/b/c", "stats/kpis@", "stats/kpis@28", "stats/kpis@0d", "a/b@7d@7d", "a/b@7d\n"]
)
def test_other_texts_are_no_paths(text: str) -> None:
    with pytest.raises(ValueError, match="no path of a report"):
        ReportPath.parse(text)
