"""The collector: protocol, privacy, durability, official clients, the browser's script."""
