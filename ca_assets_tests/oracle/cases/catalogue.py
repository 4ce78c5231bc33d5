"""All hand-made cases: `CASES`, each with files, expected rows and counts (see `case.Case` for how the product runs them)."""

from __future__ import annotations

from ca_assets_tests.oracle.case import Case
from ca_assets_tests.oracle.cases.ab_tests import AB_TEST_CASES
from ca_assets_tests.oracle.cases.calendar import CALENDAR_CASES
from ca_assets_tests.oracle.cases.churn import CHURN_CASES
from ca_assets_tests.oracle.cases.clients import CLIENT_CASES
from ca_assets_tests.oracle.cases.cohorts import COHORT_CASES
from ca_assets_tests.oracle.cases.deliveries import DELIVERY_CASES
from ca_assets_tests.oracle.cases.files import FILE_CASES
from ca_assets_tests.oracle.cases.guests import GUEST_CASES
from ca_assets_tests.oracle.cases.keys import KEY_CASES
from ca_assets_tests.oracle.cases.moments import MOMENT_CASES
from ca_assets_tests.oracle.cases.products import PRODUCT_CASES
from ca_assets_tests.oracle.cases.reports import REPORT_CASES
from ca_assets_tests.oracle.cases.segments import SEGMENT_CASES
from ca_assets_tests.oracle.cases.small import SMALL_CASES
from ca_assets_tests.oracle.cases.tables import TABLE_CASES
from ca_assets_tests.oracle.cases.values import VALUE_CASES
from ca_assets_tests.oracle.cases.versions import VERSION_CASES

CASES: list[Case] = [
    *REPORT_CASES,
    *CALENDAR_CASES,
    *TABLE_CASES,
    *KEY_CASES,
    *COHORT_CASES,
    *CHURN_CASES,
    *SMALL_CASES,
    *SEGMENT_CASES,
    *AB_TEST_CASES,
    *PRODUCT_CASES,
    *GUEST_CASES,
    *CLIENT_CASES,
    *VALUE_CASES,
    *MOMENT_CASES,
    *FILE_CASES,
    *VERSION_CASES,
    *DELIVERY_CASES,
]
