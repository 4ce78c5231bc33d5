"""The API for programs, under /api/v1 of the same server: reports, tables and search by token."""
