"""Pure figure functions of a DataFrame."""
