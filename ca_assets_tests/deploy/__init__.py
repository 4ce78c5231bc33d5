"""The deployment: settings on PostgreSQL, the compose file, `ca up`."""
