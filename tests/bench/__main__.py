"""`python -m tests.bench [part …]`: measure, print the table, and write the figures where JSON names a file."""

import asyncio
import sys
import traceback
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import uvloop

from tests.bench import (
    chain,
    cohort,
    consume,
    flat,
    http,
    matching,
    memory,
    pair,
    portal,
    questionnaire,
    relay,
    scaling,
    stages,
)
from tests.bench.report import Figures
from tests.bench.settings import Settings

Part: TypeAlias = Callable[[pair.Pair, Settings, Figures], Awaitable[None]]

PARTS: dict[str, Part] = {
    "consume": consume.run,
    **scaling.PARTS,
    "stages": stages.run,
    "relay": relay.run,
    "http": http.run,
    "chain": chain.run,
    "flat": flat.run,
    "memory": memory.run,
    "portal": portal.run,
    "questionnaire": questionnaire.run,
    "matching": matching.run,
    "cohort": cohort.run,
}


WHOLE_PLATFORM = frozenset({"chain", "portal", "questionnaire"})
"""Parts that start the platform, as another user and with its own umask: what only asyncio's loop can do."""


async def measure(name: str, settings: Settings, figures: Figures) -> None:
    """One part on a pair of its own: none finds what another left behind."""
    async with pair.running(settings.store) as engines:
        await PARTS[name](engines, settings, figures)


def main(names: list[str]) -> None:
    figures, settings = Figures(), Settings.from_environment()
    wanted = names or settings.parts or tuple(PARTS)
    if unknown := [name for name in wanted if name not in PARTS]:
        sys.exit(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    failed = []
    for name in wanted:
        print(f"… {name}", file=sys.stderr, flush=True)  # noqa: T201
        # Else the loop that services run on.
        loop = asyncio.new_event_loop if name in WHOLE_PLATFORM else uvloop.new_event_loop
        try:
            with asyncio.Runner(loop_factory=loop) as runner:
                runner.run(measure(name, settings, figures))
        except Exception:  # noqa: BLE001 - half an hour of other parts is not lost with it
            traceback.print_exc()
            failed.append(name)
    print(figures.table())  # noqa: T201
    if settings.json:
        figures.write(settings.json)
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main(sys.argv[1:])
