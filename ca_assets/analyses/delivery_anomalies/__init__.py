"""Deliveries: how long they take, where and when they are slow, and what lateness costs."""
