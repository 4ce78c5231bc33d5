"""The collector: Segment's HTTP tracking protocol in, durable JSON lines out (docs/events.md)."""
