"""The yardstick: the same answers in hand-written SQL. A family that has a module of its name here is compared with its `reports`."""
