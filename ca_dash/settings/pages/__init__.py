"""The settings pages, a module each, with `PAGE`."""
