"""Turns what happens in a django-oscar shop into Segment-compatible events, and never disturbs the shop."""
