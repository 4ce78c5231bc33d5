"""Tests of the web application: login, filters, figures, and every page in a real browser."""
