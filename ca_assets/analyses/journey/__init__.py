"""The customer journey."""
