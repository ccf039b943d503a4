"""States of the circuit breaker, with a clock of our own."""

from actions.clients.breaker import CircuitBreaker


class Clock:
    """Monotonic seconds that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def _opened(clock: Clock) -> CircuitBreaker:
    breaker = CircuitBreaker(failures=3, pause_seconds=10, clock=clock)
    for _ in range(3):
        assert breaker.allows()
        breaker.report(success=False)
    return breaker


def test_that_it_opens_after_failures_in_a_row_only() -> None:
    breaker = CircuitBreaker(failures=2, clock=Clock())
    for success in (False, True, False):
        breaker.report(success)
    assert breaker.allows()
    breaker.report(success=False)
    assert not breaker.allows()


def test_that_one_call_tries_after_the_pause_and_its_failure_opens_again() -> None:
    clock = Clock()
    breaker = _opened(clock)
    clock.now = 10
    assert breaker.allows()
    assert not breaker.allows()
    breaker.report(success=False)
    assert not breaker.allows()


def test_that_a_successful_try_closes_it() -> None:
    clock = Clock()
    breaker = _opened(clock)
    clock.now = 11
    assert breaker.allows()
    breaker.report(success=True)
    assert breaker.allows()
    assert breaker.allows()
