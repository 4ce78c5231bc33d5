"""Customer lifetime value: how many orders each customer will place over a horizon, and what they will be worth."""
