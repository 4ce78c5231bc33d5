"""All hand-made cases: `CASES`, each with files, expected rows and counts (see `case.Case` for how the product runs them)."""

from __future__ import annotations

from ca_assets_tests.oracle.case import Case
from ca_assets_tests.oracle.cases_calendar import CALENDAR_CASES
from ca_assets_tests.oracle.cases_churn import CHURN_CASES
from ca_assets_tests.oracle.cases_cohorts import COHORT_CASES
from ca_assets_tests.oracle.cases_keys import KEY_CASES
from ca_assets_tests.oracle.cases_products import PRODUCT_CASES
from ca_assets_tests.oracle.cases_reports import REPORT_CASES
from ca_assets_tests.oracle.cases_small import SMALL_CASES
from ca_assets_tests.oracle.cases_tables import TABLE_CASES

CASES: list[Case] = [*REPORT_CASES, *CALENDAR_CASES, *TABLE_CASES, *KEY_CASES, *COHORT_CASES, *CHURN_CASES, *SMALL_CASES, *PRODUCT_CASES]
