"""The command line `ca`."""
