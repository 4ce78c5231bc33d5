"""One load: what its steps share, its locks, the ledger, what is recorded with a publication."""
