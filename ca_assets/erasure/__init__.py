"""Erasing customers: everything that this installation keeps of an id is replaced by a pseudonym, and that is shown."""
