"""A page's filters: in the URL and in the filter bar."""
