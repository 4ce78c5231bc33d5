"""The one graph, table, tile, state and icon."""
