"""Files that people upload in the browser: resumable, checked, and kept in a folder for each source."""
