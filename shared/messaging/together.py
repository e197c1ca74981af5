"""Group commit: what comes in while the store is busy with others like it waits, and then shares the next turn.
Alone, each pays the store's round trips by itself; in a rush, many pay them together.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from typing import Any, Generic, NamedTuple, TypeVar

A = TypeVar("A")

GROUP = 100
"""Of one turn: its locks are held for some ten milliseconds."""


class _Waiting(NamedTuple):
    asked: Any
    done: "asyncio.Future[Any]"


class Together(Generic[A]):
    """Questions of one kind: one turn at a time, with all that came in during the one before."""

    def __init__(self, settle: Callable[[Sequence[A]], Awaitable[Sequence[Any]]]) -> None:
        """`settle` gives an answer for each, in their order; an exception among them is raised to whoever asked. What
        it raises itself goes to all.
        """
        self._settle = settle
        self._waiting: list[_Waiting] = []
        self._working: asyncio.Task[None] | None = None

    async def ask(self, asked: A) -> Any:  # noqa: ANN401 - its answer
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(asked, done))
        if self._working is None:
            # In a context of its own: what it logs is not about the request that came first.
            self._working = asyncio.create_task(self._work(), context=Context())
        return await done

    async def _work(self) -> None:
        try:
            while self._waiting:
                group, self._waiting = self._waiting[:GROUP], self._waiting[GROUP:]
                try:
                    answers = await self._settle([waiting.asked for waiting in group])
                except Exception as error:  # noqa: BLE001 - goes to those who wait, whatever it is
                    answers = [error] * len(group)
                _answer(group, answers)
        finally:
            # However it ends: the next one must find nobody at work, or it would wait for ever.
            self._working = None


def _answer(group: Sequence[_Waiting], answers: Sequence[Any]) -> None:
    for waiting, answer in zip(group, answers, strict=True):
        if waiting.done.done():
            # Whoever asked has gone; what was decided stays.
            continue
        if isinstance(answer, Exception):
            waiting.done.set_exception(answer)
        else:
            waiting.done.set_result(answer)
