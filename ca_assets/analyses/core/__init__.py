"""What all analyses share: base tables, calendar, scopes, cubes, exact sums, reports, families."""
