"""The search box, the page of all hits, and the page of each product, client, promotion or dimension value."""
