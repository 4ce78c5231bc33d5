"""Search over the published terms: which of them a text finds, in which order."""
