"""Process settings, the settings database and users."""
