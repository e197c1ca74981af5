"""How long the best cohort of a call takes, what is proven of it, and what it covers beside the greedy one."""

import asyncio
import time
from decimal import Decimal
from random import Random

from services.development.domain.call import Call, Contender, Group, greedy, holds, worth
from services.development.solver.optimum import optimum
from shared.areas import CODES
from tests.bench.pair import Pair
from tests.bench.report import Figures
from tests.bench.settings import Settings

PART = "cohort"
SIZES = ((400, 55, 2), (2_000, 110, 4), (10_000, 550, 20))
"""Firms, places, and candidates that each area and anchor keeps."""
ANCHORS = 16
STATES = 32


async def run(_: Pair, settings: Settings, figures: Figures) -> None:
    for firms, places, keep in SIZES[:1] if settings.quick else SIZES:
        await asyncio.to_thread(_measure, firms, places, keep, figures)


def _measure(count: int, places: int, keep: int, figures: Figures) -> None:
    firms = contenders(count)
    minimums = {Group("area", firms[0].covers[0].code): 1}
    call = Call(places, Decimal(places * 300_000), minimums, keep)
    began = time.perf_counter()
    best = optimum(call, firms)
    took = time.perf_counter() - began
    if best is None or not holds(call, best.chosen):
        raise ValueError("the call has an answer, and it keeps to the call")
    ranked = worth(call, greedy(call, firms))
    for name, value, unit in (
        ("seconds", took, "s"),
        ("proven", best.optimal, ""),
        ("coverage", best.worth.coverage, ""),
        ("coverage_bound", best.bound.coverage, ""),
        ("coverage_greedy", ranked.coverage, ""),
        ("potential", best.worth.potential, ""),
        ("potential_bound", best.bound.potential, ""),
        ("potential_greedy", ranked.potential, ""),
    ):
        figures.add(PART, f"{count}→{places} {name}", value, unit)


def contenders(count: int) -> list[Contender]:
    """Invented firms: one to three areas, one or two anchors, a state, a potential, and what the plan takes."""
    random = Random(1)
    return [
        Contender(
            id=f"firm-{number:05}",
            potential=random.randint(4_000, 10_000),
            cost=Decimal(random.randint(150, 900) * 1_000),
            areas=frozenset(random.sample(list(CODES), random.choice((1, 1, 2, 3)))),
            anchors=frozenset(f"anchor-{each:02}" for each in random.sample(range(ANCHORS), random.choice((1, 1, 2)))),
            state=f"{random.randint(1, STATES):02}",
        )
        for number in range(count)
    ]
