"""Benchmarks: seconds, CPU seconds and peak memory, as ratios to the same answers in hand-written SQL; never timed tests."""
