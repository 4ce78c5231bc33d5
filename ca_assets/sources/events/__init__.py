"""Events of a shop's pages and server (Segment's messages) → its sessions, customers, baskets and what products were looked at."""
