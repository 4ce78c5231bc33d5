"""The panels of each family of reports, for all pages that show them."""
