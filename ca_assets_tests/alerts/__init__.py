"""Alerts, against a real mail server and a real HTTP endpoint."""
