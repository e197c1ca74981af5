"""What comes in while a turn is under way shares the next one."""

import asyncio
from collections.abc import Sequence

import pytest

from shared.messaging.together import GROUP, Together


class Store:
    """Answers each number with its double, one turn at a time."""

    def __init__(self) -> None:
        self.turns: list[list[int]] = []
        self.broken = False

    async def settle(self, group: Sequence[int]) -> list[int | Exception]:
        self.turns.append([*group])
        await asyncio.sleep(0)
        if self.broken:
            raise ConnectionError
        return [ValueError(asked) if asked < 0 else 2 * asked for asked in group]


async def test_the_first_waits_for_nobody_and_the_others_share_a_turn() -> None:
    store = Store()
    together = Together(store.settle)
    assert await asyncio.gather(*(together.ask(number) for number in range(5))) == [0, 2, 4, 6, 8]
    assert store.turns == [[0, 1, 2, 3, 4]]
    first = asyncio.create_task(together.ask(7))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert [*await asyncio.gather(together.ask(8), together.ask(9))] == [16, 18]
    assert await first == 14
    assert store.turns[1:] == [[7], [8, 9]]


async def test_a_turn_has_its_most() -> None:
    store = Store()
    together = Together(store.settle)
    await asyncio.gather(*(together.ask(number) for number in range(GROUP + 1)))
    assert [len(turn) for turn in store.turns] == [GROUP, 1]


async def test_what_one_has_asked_wrongly_is_its_own() -> None:
    together = Together(Store().settle)
    answers = await asyncio.gather(*map(together.ask, (1, -1, 2)), return_exceptions=True)
    assert [str(answer) for answer in answers] == ["2", "-1", "4"]


async def test_a_store_that_is_away_is_told_to_all_and_asked_again() -> None:
    store = Store()
    together = Together(store.settle)
    store.broken = True
    answers = await asyncio.gather(together.ask(1), together.ask(2), return_exceptions=True)
    assert [type(answer) for answer in answers] == [ConnectionError, ConnectionError]
    store.broken = False
    assert await together.ask(3) == 6


async def test_who_has_gone_takes_no_answer_from_the_others() -> None:
    together = Together(Store().settle)
    gone, stays = asyncio.create_task(together.ask(1)), asyncio.create_task(together.ask(2))
    await asyncio.sleep(0)
    gone.cancel()
    assert await stays == 4
    with pytest.raises(asyncio.CancelledError):
        await gone
