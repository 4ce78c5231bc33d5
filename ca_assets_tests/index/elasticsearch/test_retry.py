"""When a call is retried, after which waits, and when it gives up: with a clock of our own, without Elasticsearch."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest

from ca_assets.index.elasticsearch import retry
from ca_assets.index.elasticsearch.retry import AdaptiveThrottle, NodeUnavailable, Overloaded, TransientError, call_with_retry


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The moments at which a call was made; sleeping moves the clock."""
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(time, "sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))
    return now


def attempts(clock: list[float], error: Exception, seconds: float, succeeds_at: float = 1e9) -> list[float]:
    """When the call was made, which raises the error until a moment."""
    moments: list[float] = []

    def call() -> str:
        moments.append(clock[0])
        if clock[0] < succeeds_at:
            raise error
        return "done"

    if succeeds_at < 1e9:
        assert call_with_retry(call, seconds) == "done"
    else:
        with pytest.raises(type(error)) as raised:
            call_with_retry(call, seconds)
        assert raised.value is error
    return moments


def test_waits_double_from_a_quarter_to_eight_seconds(clock: list[float]) -> None:
    moments = attempts(clock, Overloaded("busy"), retry.PUBLISHER_SECONDS)
    waits = [later - earlier for earlier, later in pairwise(moments)]
    assert waits == [0.25, 0.5, 1, 2, 4, *[8] * 14]
    assert retry.PUBLISHER_SECONDS - 8 < moments[-1] <= retry.PUBLISHER_SECONDS


@pytest.mark.parametrize(
    ("error", "seconds", "last"),
    [
        (Overloaded("busy"), retry.READER_SECONDS, 7.75),  # the next one would come at 15.75
        (NodeUnavailable("away"), retry.PUBLISHER_SECONDS, 7.75),  # its own limit is ten seconds
        (Overloaded("busy"), 0.25, 0.25),
        (Overloaded("busy"), 0, 0),
        (TransientError("no limit of its own"), 60, 0),
        (ValueError("not transient"), 60, 0),
    ],
)
def test_a_call_gives_up_before_its_limit(clock: list[float], error: Exception, seconds: float, last: float) -> None:
    assert attempts(clock, error, seconds)[-1] == last


def test_an_answer_ends_the_retries(clock: list[float]) -> None:
    assert attempts(clock, Overloaded("busy"), 60, succeeds_at=1.5) == [0, 0.25, 0.75, 1.75]


def test_the_throttle_shrinks_backs_off_and_grows_again(clock: list[float]) -> None:
    throttle, busy = AdaptiveThrottle(120), Overloaded("busy")
    assert [throttle.rejected(1_000_000, busy) for _ in range(7)] == [0.25, 0.5, 1, 2, 4, 8, 8]
    assert throttle.max_bytes == 500_000
    assert throttle.rejected(300_000, busy) == 8
    assert throttle.max_bytes == retry.MIN_BATCH_BYTES
    for _ in range(retry.GROW_AFTER):
        throttle.accepted()
    assert throttle.max_bytes == 2 * retry.MIN_BATCH_BYTES
    assert throttle.rejected(300_000, busy) == 0.25
    clock[0] += 121
    with pytest.raises(Overloaded):
        throttle.rejected(300_000, busy)
