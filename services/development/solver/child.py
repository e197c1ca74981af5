"""The process that solves: `python -m services.development.solver.child` with what is asked on its input."""

import signal
import sys

import msgspec

from services.development.domain.call import Call, cost, greedy, holds, worth
from services.development.domain.why import Ranked, Reason, Solution
from services.development.solver.asked import Answered, Asked, UnsolvedError
from services.development.solver.conflicts import conflicts
from services.development.solver.optimum import Optimum, optimum
from services.development.solver.reasons import reason_of, reasons
from shared.files.limits import limit

MEMORY_BYTES = 2 * 1024 * 1024 * 1024
"""Address space: the libraries take a third of it, 10,000 firms another one."""
PROCESSOR_S = 900
AT_MOST_S = 1_800
"""However little of a processor it gets."""


def main() -> None:
    limit(MEMORY_BYTES, PROCESSOR_S)
    signal.alarm(AT_MOST_S)
    given = msgspec.json.decode(sys.stdin.buffer.read(), type=Asked)
    sys.stdout.buffer.write(msgspec.json.encode(answer(given)))


def answer(given: Asked) -> Answered:
    """The best cohort of the call, and of its firms what was asked for."""
    call = given.limits.call(given.firms)
    try:
        best = optimum(call, given.firms, given.seconds)
        if best is None:
            return Answered(conflicts=conflicts(call, given.firms, given.seconds))
        return Answered(_solution(given, call, best), tuple(each.id for each in best.chosen), _told(given, call, best))
    except UnsolvedError:
        return Answered(unsolved=True)


def _solution(given: Asked, call: Call, best: Optimum) -> Solution:
    ranked = greedy(call, given.firms)
    return Solution(
        fingerprint=given.fingerprint,
        capacity=given.limits.capacity,
        contended=len(given.firms),
        worth=best.worth,
        bound=best.bound,
        optimal=best.optimal,
        cost=cost(best.chosen),
        greedy=Ranked(worth(call, ranked), cost(ranked), holds(call, ranked)),
    )


def _told(given: Asked, call: Call, best: Optimum) -> dict[str, Reason]:
    if given.reasons:
        return reasons(call, given.firms, best, seconds=given.seconds)
    if given.one is None:
        return {}
    return {given.one: reason_of(call, given.firms, best, given.one, given.places, given.seconds)}


if __name__ == "__main__":
    main()
