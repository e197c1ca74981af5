"""Model-based tests: hypothesis walks a machine beside what really runs, on the loop of the test that asks for it."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

T = TypeVar("T")
M = TypeVar("M", bound=RuleBasedStateMachine)

Do = Callable[[Coroutine[Any, Any, Any]], Any]
"""Runs a coroutine to its end, from a rule."""

WALKS = settings(
    max_examples=8,
    stateful_step_count=12,
    derandomize=True,
    deadline=None,
    database=None,
    phases=(Phase.generate,),
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
"""The same walks in every run: each takes a second on a real store, so to make one that fails smaller takes minutes."""

MANY_SHORT = settings(WALKS, max_examples=20, stateful_step_count=5)
"""Of a machine whose every few steps are a case by themselves."""

EXAMPLES = settings(WALKS, max_examples=40)
"""Of a property, each some tens of milliseconds on a real store."""


async def walk(machine: Callable[[Do], RuleBasedStateMachine], how: settings = WALKS) -> None:
    """Walk the machine. Its rules are synchronous, in a thread of their own; whatever they await is here."""
    do = _doing()
    # Hypothesis takes whatever makes a machine; its types name the class alone.
    make: Any = lambda: machine(do)  # noqa: E731
    await asyncio.to_thread(run_state_machine_as_test, make, settings=how)


async def tread(machine: Callable[[Do], M], path: Callable[[M], Iterable[object]], hold: Callable[[M], None]) -> None:
    """Walk one path that is written down, along every way of a state machine: few walks by chance come by all of them.

    `path` yields after each step; then `hold` looks at what must hold.
    """
    do = _doing()

    def run() -> None:
        walked = machine(do)
        for _ in path(walked):
            hold(walked)

    await asyncio.to_thread(run)


async def examine(check: Callable[[Do], Callable[[], None]]) -> None:
    """Try a property on what hypothesis gives: `check` makes the function that it calls, with whatever that awaits."""
    await asyncio.to_thread(check(_doing()))


def _doing() -> Do:
    loop = asyncio.get_running_loop()

    def do(coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result()

    return do
