"""CSV and Parquet files as sources."""
