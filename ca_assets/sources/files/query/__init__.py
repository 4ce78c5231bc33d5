"""SQL over files: one SELECT over the rows of a source's files, in a DuckDB that can reach nothing else."""
