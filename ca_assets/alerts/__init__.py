"""Alerts and digests: what changed is told once, by e-mail or webhook, beside the loads. `dispatch` is where it begins."""
