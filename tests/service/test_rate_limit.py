from shared.service.http.rate_limit import ADDRESSES_KEPT, RateLimit


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_and_then_one_at_a_time() -> None:
    clock = Clock()
    limit = RateLimit(per_minute=15, burst=2, clock=clock)
    assert [limit.take("a"), limit.take("a")] == [0, 0]
    assert limit.take("a") == 4
    clock.now = 1
    assert limit.take("a") == 3
    clock.now = 4
    assert limit.take("a") == 0
    assert limit.take("a") == 4


def test_one_address_does_not_wait_for_another() -> None:
    limit = RateLimit(per_minute=6, burst=1, clock=Clock())
    assert [limit.take("a"), limit.take("b")] == [0, 0]


def test_a_long_pause_gives_no_more_than_a_burst() -> None:
    clock = Clock()
    limit = RateLimit(per_minute=60, burst=2, clock=clock)
    limit.take("a")
    clock.now = 1e6
    assert [limit.take("a"), limit.take("a"), limit.take("a") > 0] == [0, 0, True]


def test_memory_is_bounded() -> None:
    limit = RateLimit(per_minute=6, burst=1, clock=Clock())
    for number in range(ADDRESSES_KEPT + 10):
        limit.take(str(number))
    assert len(limit._buckets) == ADDRESSES_KEPT
