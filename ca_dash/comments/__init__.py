"""Comments on charts and their points: marks on the figures, the window of a chart's threads, threads as a page shows them."""
