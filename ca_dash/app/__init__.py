"""The server, the frame around every page, and all callbacks."""
