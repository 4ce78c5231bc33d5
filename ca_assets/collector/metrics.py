"""What the collector counts, in Prometheus' text format. Names of keys are labels; keys themselves are nowhere."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest

PREFIX = "ca_collector"
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """Counters of one process."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each counter, with the time when it was made
        self.registry = CollectorRegistry()
        self.requests = Counter(f"{PREFIX}_requests", "Requests by the status of their answer.", ["status"], registry=self.registry)
        self.events = Counter(
            f"{PREFIX}_events", "Events kept, by the name of their key and type.", ["key", "type"], registry=self.registry
        )
        self.bad_events = Counter(
            f"{PREFIX}_bad_events", "Events put aside, by the name of their key and reason.", ["key", "reason"], registry=self.registry
        )
        self.failed_commits = Counter(f"{PREFIX}_failed_commits", "Groups of events that the disk did not take.", registry=self.registry)
        self.recovered_files = Counter(f"{PREFIX}_recovered_files", "Files left open by a killed collector.", registry=self.registry)
        self.torn_lines = Counter(f"{PREFIX}_torn_lines", "Half lines cut off such files.", registry=self.registry)
        self._bytes = Counter(f"{PREFIX}_written_bytes", "Bytes made durable.", registry=self.registry)
        self._grouped = Counter(f"{PREFIX}_grouped_requests", "Requests made durable.", registry=self.registry)
        self._seconds = Histogram(
            f"{PREFIX}_commit_seconds", "Time to write a group of requests durably.", buckets=BUCKETS, registry=self.registry
        )
        self._free = Gauge(f"{PREFIX}_free_bytes", "Room left on the disk at the last commit.", registry=self.registry)

    def committed(self, requests: int, size: int, seconds: float) -> None:
        """A group was made durable."""
        self._grouped.inc(requests)
        self._bytes.inc(size)
        self._seconds.observe(seconds)

    def free_bytes(self, free: int) -> None:
        """Room left on the disk."""
        self._free.set(free)

    def stored(self, key: str, types: Mapping[str, int], reasons: Mapping[str, int]) -> None:
        """Events of a request that were kept and put aside."""
        for name, count in types.items():
            self.events.labels(key, name).inc(count)
        for name, count in reasons.items():
            self.bad_events.labels(key, name).inc(count)

    def text(self) -> bytes:
        """All of it as a page for Prometheus."""
        return generate_latest(self.registry)
