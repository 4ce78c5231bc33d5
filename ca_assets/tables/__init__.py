"""Raw rows to clean tables: contracts, typing, quarantine, keys, joins."""
