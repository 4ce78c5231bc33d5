"""Marks of charts and the lists behind them."""
