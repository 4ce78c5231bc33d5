"""Tables: raw rows become clean tables by REPORTS.md section 2."""
