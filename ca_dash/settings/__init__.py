"""Pages that are no analysis: settings and profile. `pages` has a module each, found as it lies there."""
