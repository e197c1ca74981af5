"""The simulated campaign day."""

import pytest

from deploy.capacity import day
from deploy.capacity.day import simulate
from deploy.capacity.inputs import Inputs
from deploy.capacity.load import MOVED
from deploy.capacity.need import need

SUPPLIERS = 400_000


@pytest.fixture
def inputs() -> Inputs:
    return Inputs.read().with_assumed(demand_exponent=0.0)


def test_the_same_seed_is_the_same_day(inputs: Inputs) -> None:
    first, again, other = (simulate(inputs, SUPPLIERS, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_what_waits_after_a_standstill_is_what_came_meanwhile(inputs: Inputs) -> None:
    found = need(inputs, SUPPLIERS)
    for name, queue in simulate(inputs, SUPPLIERS, standstill_s=600).items():
        assert queue.most == pytest.approx(600 * found.stages[name].consumed, rel=0.1)
        assert queue.recovered_s is not None


def test_without_a_standstill_nothing_waits_long(inputs: Inputs) -> None:
    assert all(queue.most < 1_000 for queue in simulate(inputs, SUPPLIERS, standstill_s=0).values())


def test_longer_standstills_take_longer_to_make_up(inputs: Inputs) -> None:
    short, long = (simulate(inputs, 4_000_000, MOVED, standstill_s=seconds) for seconds in (300, 900))
    for name, queue in long.items():
        before = short[name].recovered_s
        assert before is not None
        assert queue.recovered_s is not None
        assert queue.recovered_s >= before
    assert any((long[name].recovered_s or 0) > (short[name].recovered_s or 0) for name in long)


def test_a_stage_that_is_too_slow_does_not_catch_up(inputs: Inputs) -> None:
    """Slower than six partitions can make up for."""
    row = inputs.figures["stages"]["diagnosis"]
    slow = inputs.with_figures({"stages": {"diagnosis": {**row, "value": 0.3}}})
    assert simulate(slow, SUPPLIERS)["diagnosis"].recovered_s is None
    assert simulate(inputs, SUPPLIERS)["diagnosis"].recovered_s is not None


def test_as_many_firms_come_as_were_assumed(inputs: Inputs) -> None:
    """The day's mean, hour by hour, is the share of the year that a campaign brings."""
    peak = need(inputs, SUPPLIERS).load.journeys
    came = sum(day._mean(inputs, peak, second) for second in range(8 * day.HOUR_S))
    assert came == pytest.approx(SUPPLIERS * inputs.assumed.campaign_share)
