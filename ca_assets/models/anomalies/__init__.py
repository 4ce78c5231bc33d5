"""Models of anomalies: what a day or week was expected to be, and how far off it was."""
