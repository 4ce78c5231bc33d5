"""Spark beside DuckDB: the same expressions, the same tables, the same reports."""
