"""A small part of a source that reads like the whole, for the dry run."""
