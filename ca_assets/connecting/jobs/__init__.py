"""Work that takes longer than a request: in a process of its own, with progress, and ended when nobody looks any more."""
