"""Segments of buyers (docs/contract, section 11): values, fits and scores; moves between segments."""
