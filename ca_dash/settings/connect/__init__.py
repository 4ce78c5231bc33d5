"""Parts of the settings pages that connect sources and the store."""
