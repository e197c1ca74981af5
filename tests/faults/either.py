"""The program as the release before plays it, each of its services of whichever release a folder names at its start.

`python -P tests/faults/either.py demo …` is `pdp demo` of the release that `PYTHONPATH` names, `… serve matching` the
process of that service. `PDP_RELEASES` is a folder with a file for each service: `tree`, where its release is, and
`env`, what it is started with besides; and with `read`: by service, the types of events that the other release reads.
"""

import asyncio
import json
import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

RELEASES = "PDP_RELEASES"
READ = "read"
OVER = "over"
"""In that folder: the audit may look."""


def serve(service: str) -> None:
    named = json.loads((Path(os.environ[RELEASES]) / service).read_text())
    os.chdir(named["tree"])
    env = {**os.environ, "PYTHONPATH": named["tree"], **named["env"]}
    os.execve(sys.executable, [sys.executable, "-m", f"services.{service}"], env)


def play() -> None:
    from deploy.cli.main import main  # noqa: PLC0415 - of the release before, which `serve` must not load
    from deploy.demo.audit import Auditor  # noqa: PLC0415
    from deploy.local import services  # noqa: PLC0415

    command, own = services.command, {RELEASES: os.environ[RELEASES], "PYTHONPATH": os.environ["PYTHONPATH"]}

    def either(name: str, **given: Any) -> Any:
        made = command(name, **given)
        started = (sys.executable, "-P", __file__, "serve", name)
        return replace(made, argv=started, env={**made.env, **own}) if (Path(own[RELEASES]) / name).exists() else made

    async def look(auditor: Auditor) -> Any:
        """Once nothing is done to the services any more."""
        await asyncio.to_thread(_wait_for, Path(own[RELEASES]) / OVER)
        await auditor.calm()
        return _with_what_is_passed_by(await looked(auditor), json.loads((Path(own[RELEASES]) / READ).read_text()))

    looked, services.command = Auditor.look, either
    with patch.object(Auditor, "look", look):
        main()


def _with_what_is_passed_by(found: Any, read: dict[str, list[str]]) -> Any:
    """The audit of the release before wants every event of a topic claimed; the other one claims the types it reads."""
    inboxes = dict(found.evidence.inboxes)
    for service, types in read.items():
        claimed = set(inboxes[service])
        unread = {
            event.message_id
            for event in found.events
            if service in found.evidence.readers[event.record.topic] and event.data.TYPE not in types
        }
        inboxes[service] = [*inboxes[service], *(unread - claimed)]
    return replace(found, evidence=replace(found.evidence, inboxes=inboxes))


def _wait_for(file: Path) -> None:
    while not file.exists():
        time.sleep(0.1)


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(sys.argv[2])
    else:
        play()
