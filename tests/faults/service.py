"""The service under test as a process: the platform's own `Service` around the stage of `stage.py`, whole or broken.

`python -m tests.faults.service`, with the settings of every service and
`PDP_TOPICS` (where numbers are told, where they are noted), `PDP_PARTNERS` (a pattern), `PDP_BROKEN` (`broken.py`),
`PDP_LIBRARY` (set: `stumbling.py`), `PDP_ROUND` (of the relay).
"""

import os
from pathlib import Path

from fastapi import APIRouter

from shared.messaging import relay, revision
from shared.runtime.settings import ServiceSettings
from shared.service import service
from shared.service.stage import Stage
from tests.faults import broken, stage, stumbling

ROUND = 20
"""Of the relay, unless told otherwise: so small that under load the next round is fetched while one is under way."""

NO_SCRIPTS = Path(__file__).parent
"""The stage of these runs has the portal's name, and tables of its own that no script of the portal's knows."""


def build() -> tuple[Stage, ServiceSettings]:
    relay.ROUND = int(os.environ.get("PDP_ROUND", ROUND))
    revision.SERVICES = NO_SCRIPTS
    if os.environ.get("PDP_LIBRARY"):
        stumbling.begin()
    topics = tuple(os.environ["PDP_TOPICS"].split(","))
    partners = os.environ.get("PDP_PARTNERS") or None
    settings = ServiceSettings()
    made = Stage("portal", lambda *_: APIRouter(), routes=stage.routes(topics[1]), topics=topics, partners=partners)
    return broken.build(os.environ.get("PDP_BROKEN", ""), made), settings


if __name__ == "__main__":
    service.main(build)
