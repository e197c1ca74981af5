"""The busiest day, second by second: firms arrive, the stages consume what they cause, and all stand still once."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from random import Random

from deploy.capacity.inputs import Inputs
from deploy.capacity.load import BUILT, Design
from deploy.capacity.need import Need, Stage, need, sweeping_cores

SEED = 2026
STANDSTILL_S = 600
"""Every consumer stands still for so long in the worst hour: Kafka away, or a fail-over that went badly."""
HOUR_S = 3600
LITTLE = 0.01
"""Of a processor: a stage that is all sweeps still takes a record in now and then."""
SMALL = 30.0
"""Mean above which a count is drawn from the bell curve: the same for this purpose, and not slower with its size."""


@dataclass
class Queue:
    """What waits for one stage."""

    waiting: float = 0.0
    most: float = 0.0
    lag_s: float = 0.0
    """The longest that a record waited for its turn before the standstill."""
    recovered_s: float | None = None
    """From the end of the standstill until nothing waits; None: not on that day."""


@dataclass(frozen=True)
class Flowing:
    """What a stage gets and can do."""

    per_journey: float
    rate: float
    """Records per second of all its processes together."""


def simulate(
    inputs: Inputs, suppliers: float, design: Design = BUILT, *, seed: int = SEED, standstill_s: int = STANDSTILL_S
) -> dict[str, Queue]:
    """The queues of every stage that reads topics. The same seed gives the same day."""
    found = need(inputs, suppliers, design)
    flows = {name: _flowing(inputs, found, stage) for name, stage in found.stages.items() if stage.consumed}
    queues = {name: Queue() for name in flows}
    random = Random(seed)  # noqa: S311  (chance for a simulation)
    hours = round(inputs.assumed.campaign_hours)
    stops = (hours - 1) * HOUR_S + HOUR_S // 2
    goes_on = stops + standstill_s
    for second in range((hours + 1) * HOUR_S):
        journeys = _count(random, _mean(inputs, found.load.journeys, second)) if second < hours * HOUR_S else 0
        for name, flow in flows.items():
            done = 0.0 if stops <= second < goes_on else flow.rate
            queue = queues[name]
            queue.waiting = max(queue.waiting + journeys * flow.per_journey - done, 0.0)
            queue.most = max(queue.most, queue.waiting)
            if second < stops:
                queue.lag_s = max(queue.lag_s, queue.waiting / flow.rate)
            if second >= goes_on and queue.recovered_s is None and not queue.waiting:
                queue.recovered_s = second - goes_on + 1.0
    return queues


def _flowing(inputs: Inputs, found: Need, stage: Stage) -> Flowing:
    """Sweeps take their share of the processors first: what is left is for records, if only a little."""
    usable = min(stage.processes, found.design.partitions * stage.shards)
    sweeping = sweeping_cores(inputs, found.load) if stage.name == "matching" else 0.0
    cost = (stage.busy - sweeping) / stage.consumed
    return Flowing(stage.consumed / found.load.journeys, max(usable - sweeping, LITTLE) / cost)


def _mean(inputs: Inputs, peak: float, second: int) -> float:
    """Firms per second: the last hour has its burst, the hours before share the rest of the day evenly."""
    hours, burst = inputs.assumed.campaign_hours, inputs.assumed.burst
    last = second >= (hours - 1) * HOUR_S
    return peak if last else peak / burst * max(hours - burst, 0) / (hours - 1)


def _count(random: Random, mean: float) -> float:
    """A Poisson draw."""
    if mean > SMALL:
        return max(0.0, random.gauss(mean, mean**0.5))
    left, count = exp(-mean), -1
    product = 1.0
    while product > left:
        product *= random.random()
        count += 1
    return float(count)
