"""A circuit breaker: after several failures in a row, fail at once for a while instead of waiting for time-outs."""

import threading
import time
from collections.abc import Callable


class CircuitBreaker:
    """closed → (failures in a row) → open → (pause) → half-open: one call tries; its outcome closes or opens again.

    `pause_seconds` are seconds of `clock`. Thread-safe.
    """

    def __init__(
        self, failures: int = 5, pause_seconds: float = 10.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit, self._pause, self._clock = failures, pause_seconds, clock
        self._lock = threading.Lock()
        self._failures = 0
        self._opened_at: float | None = None
        self._trying = False

    def allows(self) -> bool:
        """Whether a call may go out now; True from half-open promises the caller's report."""
        with self._lock:
            if self._opened_at is None:
                return True
            if self._trying or self._clock() - self._opened_at < self._pause:
                return False
            self._trying = True
            return True

    def report(self, success: bool) -> None:
        """Tell how a call that was allowed ended."""
        with self._lock:
            self._trying = False
            if success:
                self._failures, self._opened_at = 0, None
                return
            self._failures += 1
            if self._failures >= self._limit or self._opened_at is not None:
                self._opened_at = self._clock()
