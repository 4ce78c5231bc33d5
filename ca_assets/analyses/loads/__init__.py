"""The ledger of loads as reports."""
