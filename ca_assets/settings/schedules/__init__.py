"""Schedules that people make in the application: rows of the settings database, and when they are due."""
