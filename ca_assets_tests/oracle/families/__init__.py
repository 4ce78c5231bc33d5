"""The oracle's reports, a family a module, each straight from its definition."""
