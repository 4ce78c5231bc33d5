"""One module per page, in a package per group of the navigation."""
