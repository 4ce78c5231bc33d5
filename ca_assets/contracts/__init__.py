"""What all parts agree on: column types, source fields, tables. Data only."""
