"""MySQL and MariaDB as a source, on a real MariaDB."""
