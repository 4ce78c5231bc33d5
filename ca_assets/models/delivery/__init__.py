"""Deliveries: places and customers whose durations are unusual together, though each by itself may pass."""
