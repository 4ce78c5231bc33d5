"""Experiments as they are kept in the settings database."""
