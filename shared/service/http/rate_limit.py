"""How much one caller may ask for, or one address be sent: a token bucket each."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request

from shared.messaging.request_limits import RequestLimits
from shared.service.http.household import household
from shared.service.http.problem import Problem
from shared.service.http.routes import BeforeBody

ADDRESSES_KEPT = 10_000
"""Buckets in memory; the one that was used longest ago is forgotten first."""


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class RateLimit(BeforeBody[None]):
    """A dependency that refuses with 429 who asks too often, by address. A process refuses by itself whom it knows to
    come too often; the others it counts together with the service's other processes (docs/decisions/0051).
    """

    problems = (429,)

    def __init__(
        self, per_minute: float, burst: int, name: str = "requests", clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._name = name
        self._per_second = per_minute / 60
        self._burst = burst
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    async def decide(self, request: Request) -> None:
        wait = await self.take_of_all(request, household(request.client.host if request.client else ""))
        if wait > 0:
            seconds = int(wait) + 1
            raise Problem(429, "too_many_requests", seconds=seconds, headers={"Retry-After": str(seconds)})

    async def take_of_all(self, request: Request, address: str) -> float:
        """Take a token of all processes together. Returns 0, or the seconds until there is one."""
        limits: RequestLimits | None = getattr(request.app.state, "limits", None)
        wait = self.take(address)
        if wait == 0 and limits is not None:
            wait = await limits.take(self._name, address, self._per_second, self._burst)
            self._wait(address, wait)
        return wait

    def take(self, address: str) -> float:
        """Take a token of this process. Returns 0, or the seconds until there is one."""
        now = self._clock()
        bucket = self._buckets.pop(address, None) or _Bucket(self._burst, now)
        bucket.tokens = min(self._burst, bucket.tokens + (now - bucket.at) * self._per_second)
        bucket.at = now
        self._buckets[address] = bucket
        if len(self._buckets) > ADDRESSES_KEPT:
            self._buckets.popitem(last=False)
        if bucket.tokens < 1:
            return (1 - bucket.tokens) / self._per_second
        bucket.tokens -= 1
        return 0.0

    def _wait(self, address: str, seconds: float) -> None:
        """Others have let this address in so often that it must wait: until then nobody need be asked."""
        if seconds > 0 and (bucket := self._buckets.get(address)) is not None:
            bucket.tokens = 1 - seconds * self._per_second
