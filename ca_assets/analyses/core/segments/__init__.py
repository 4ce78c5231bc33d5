"""Values, scores and segments of buyers (docs/contract, section 11), for the families that show or use them."""
