"""The data side of CustomerAnalytics: sources, tables, analyses, stores and the Dagster definitions."""
