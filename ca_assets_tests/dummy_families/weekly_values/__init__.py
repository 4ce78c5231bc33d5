"""What buyers are expected to order, learned weekly."""
