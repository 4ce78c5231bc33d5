"""One load as plain values: what the steps of a run share, the lock that keeps loads apart, what is recorded when one is published."""
