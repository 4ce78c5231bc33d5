"""Login and what protects the server."""
