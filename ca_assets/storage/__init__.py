"""The lake (truth), the index (published view) and the engine that reads them."""
