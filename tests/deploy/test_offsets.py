"""A group is set back, and never over what it has still to read."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from deploy.provision import offsets
from deploy.provision.offsets import Place
from shared.runtime.clock import now
from tests.conftest import Broker
from tests.deploy.program import pdp
from tests.deploy.test_cli_skip import CONSUMED, REMOVED, topic

__all__ = ["topic"]

LONG_AGO, TOMORROW = datetime(2020, 1, 1, tzinfo=UTC), timedelta(days=1)


@pytest.mark.parametrize(("ago", "goes_on"), [(None, REMOVED), (LONG_AGO, REMOVED), (TOMORROW, CONSUMED)])
async def test_a_group_that_is_behind_a_moment_stays(
    broker: Broker, topic: str, ago: datetime | timedelta | None, goes_on: int
) -> None:
    """Seen: with a moment to come, or one that it had not reached, all that it had still to read was passed over."""
    moment = now() + ago if isinstance(ago, timedelta) else ago
    place = Place("financing.partners", topic, 0, CONSUMED)
    (found,) = await asyncio.to_thread(offsets.at, broker.node.admin(), [place], moment)
    assert found.offset == goes_on


def test_nothing_is_read_again_from_a_moment_to_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDP_LANG", "en")
    told = pdp("rewind", "matching", "--to", f"{now() + TOMORROW:%Y-%m-%dT%H:%M:%S}")
    assert (told.code, "still to come" in told.err) == (2, True)
