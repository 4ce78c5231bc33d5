"""Runs, schedules and the ledger of loads as pages."""
