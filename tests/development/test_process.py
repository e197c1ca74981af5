"""The process that solves: what it answers is what the solver says, and what it may not do ends it alone."""

import asyncio
from decimal import Decimal

import pytest

from services.development.domain.call import Contender, Limits, Minimums
from services.development.solver import process
from services.development.solver.asked import Asked, UnsolvedError, asked
from services.development.solver.child import answer

FIRMS = [
    Contender("a", 900, Decimal("10.50"), frozenset({"P01", "P02"}), frozenset({"x"}), "11"),
    Contender("b", 800, Decimal(5), frozenset({"P01"}), frozenset(), "22"),
    Contender("c", 700, Decimal(5), frozenset({"P03"}), frozenset({"x"}), "22"),
]
LIMITS = Limits(2, Decimal("20.00"), Minimums(state={"22": 1}), 1)


async def test_a_process_answers_what_the_solver_says_while_others_are_answered() -> None:
    given = asked(LIMITS, FIRMS, reasons=True)
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0)
            ticks += 1

    ticking = asyncio.create_task(tick())
    found = await process.solve(given)
    ticking.cancel()
    assert found == answer(given)
    assert found.chosen == ("a", "c")
    assert found.solution is not None
    assert found.solution.fingerprint == given.fingerprint
    assert ticks > 5


async def test_a_process_that_ends_by_itself_has_found_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "CHILD", ("-c", "import os; os.kill(os.getpid(), 9)"))
    with pytest.raises(UnsolvedError):
        await process.solve(asked(LIMITS, FIRMS))


async def test_who_waits_no_more_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "CHILD", ("-c", "import signal; signal.pause()"))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(process.solve(asked(LIMITS, FIRMS)), 0.05)


def test_the_fingerprint_is_of_what_is_solved_for_in_whatever_order() -> None:
    first = asked(LIMITS, FIRMS).fingerprint
    assert asked(LIMITS, FIRMS[::-1], reasons=True).fingerprint == first
    assert asked(LIMITS, FIRMS[1:]).fingerprint != first
    assert asked(Limits(3, LIMITS.budget, LIMITS.minimums, 1), FIRMS).fingerprint != first


def test_a_call_that_cannot_be_kept_to_names_what_conflicts() -> None:
    found = answer(Asked(Limits(1, None, Minimums(area={"P01": 1, "P03": 1})), tuple(FIRMS)))
    assert found.solution is None
    assert [(each.what, each.code) for each in found.conflicts] == [("area", "P01"), ("area", "P03"), ("capacity", "")]
