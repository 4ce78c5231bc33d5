"""What the marks of charts stand for: from a bar, point or cell to the list of its orders or customers. One file per family."""
