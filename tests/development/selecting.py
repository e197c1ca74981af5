"""A process that shows what a selection would say of all firms, makes it, and says how much memory it took at most, in
MB, as its last word.

`python -m tests.development.selecting URL COHORT`.
"""

import asyncio
import os
import sys

from services.development.app import build
from shared.service.callers import Role
from shared.testing.memory import peak_mb
from shared.testing.stage import StageUnderTest
from tests.development.calls import ANY, get

PATIENCE_S = 900.0


async def main(url: str, cohort: str) -> None:
    stage, _ = build()
    async with StageUnderTest(stage, url) as running:
        running.client.timeout = PATIENCE_S
        first = (await get(running, f"/cohorts/{cohort}/preview"))["items"][0]
        headers = running.headers(Role.OPERATOR) | ANY
        answer = await running.client.post(f"/cohorts/{cohort}/selection", headers=headers)
        answer.raise_for_status()
        listed = (await get(running, f"/cohorts/{cohort}/candidates"))["items"][0]
    said = answer.json()
    agree = first | {"decided_at": ""} == listed | {"decided_at": ""}
    sys.stdout.write(f"{said['candidates']} {said['selected']} {agree} {peak_mb(os.getpid())}\n")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
