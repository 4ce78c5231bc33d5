"""A look at what a shop.yaml's sources hold, without loading them."""
