"""PostgreSQL as a source; what Redshift shares with it."""
