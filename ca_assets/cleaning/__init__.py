"""Raw rows to clean tables: parsing, typing, checks, duplicates, joins; the source cache and incremental reading."""
