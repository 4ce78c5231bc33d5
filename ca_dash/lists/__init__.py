"""Lists of orders and customers: what their URL says, their words, their table and pages."""
