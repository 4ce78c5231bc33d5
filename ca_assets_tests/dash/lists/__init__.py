"""Lists of orders and customers."""
