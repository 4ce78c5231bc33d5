"""What each customer is expected to order and to spend, with what came of earlier forecasts."""
