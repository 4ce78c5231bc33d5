"""Promotions: what each brought and cost, and what customers buy without one."""

from __future__ import annotations

from ca_dash.page import Page
from ca_dash.panels.promotions import BY_PROMOTION, DISCOUNT, HOURLY_RATE, HOURS, ORDERS, RATE, REVENUE, SUMMARY

PAGE = Page(
    "/promotions",
    "Promotions",
    "What do promotions bring, what do they cost, and whom do they bring?",
    (SUMMARY, ORDERS, RATE, BY_PROMOTION, REVENUE, HOURS, HOURLY_RATE, DISCOUNT),
    group="Products",
    order=1,
    icon="tag",
    note="Revenue with a promotion is not revenue because of it: many of these orders would have come anyway.",
)
