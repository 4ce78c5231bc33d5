"""What the search box finds: products, clients, promotions and values of dimensions, each with its number of orders."""
