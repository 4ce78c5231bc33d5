"""The oracle: docs/contract, sections 1, 2, 3 and 5 written a second time, plainly, without reading the product's code."""
