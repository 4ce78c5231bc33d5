"""The engine that computes: DuckDB, or Spark."""
