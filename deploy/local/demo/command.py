"""`pdp demo`: the whole platform for the time of one story, and a report of what came of it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import shutil
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from deploy.local.client import Client
from deploy.local.commands.status import ports_table
from deploy.local.console import out
from deploy.local.demo import trouble
from deploy.local.demo.audit import Auditor
from deploy.local.demo.calls import Api, StoryError
from deploy.local.demo.funnel import Funnel
from deploy.local.demo.outcome import Outcome, conclude
from deploy.local.demo.partner import PartnerSession
from deploy.local.demo.people import People
from deploy.local.demo.report import show
from deploy.local.demo.sample import prepare
from deploy.local.demo.screen import Screen, screen
from deploy.local.demo.stage import Stage
from deploy.local.demo.stores import Stores
from deploy.local.demo.story import play
from deploy.local.demo.texts import tell
from deploy.local.platform import running
from deploy.local.processes import until_signal
from deploy.local.state import AlreadyRunningError, claim
from shared.runtime.clock import now

FOLDER = "demo"
"""Within the data folder: the demo's own, wiped at its start; what the folder holds besides is not touched."""
INTERRUPTED = 130


def run(data: Path, seed: int, keep: bool, json_file: Path | None) -> int:  # noqa: FBT001  (as the command line has it)
    """Play the story on a fresh platform. 0 when every figure and the reconciliation are as they should be.

    `keep` leaves the platform running until Ctrl-C. `json_file` receives the outcome. Raises ``LocalError``.
    """
    return asyncio.run(_until_stopped(data / FOLDER, seed, keep=keep, json_file=json_file))


async def _until_stopped(folder: Path, seed: int, *, keep: bool, json_file: Path | None) -> int:
    """The demo, or what is left of it when Ctrl-C or SIGTERM comes; either way everything that it started is ended."""
    work = asyncio.create_task(_demo(folder, seed, keep=keep, json_file=json_file))
    signalled = asyncio.create_task(until_signal())
    await asyncio.wait({work, signalled}, return_when=asyncio.FIRST_COMPLETED)
    if work.done():
        signalled.cancel()
    else:
        work.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        return await work
    return INTERRUPTED


async def _demo(folder: Path, seed: int, *, keep: bool, json_file: Path | None) -> int:
    began = time.monotonic()
    logging.getLogger("asyncpg").setLevel(logging.ERROR)  # a store that crashed comes back: no tracebacks on the screen
    _wipe(folder)
    with contextlib.ExitStack() as shown:
        watcher = shown.enter_context(screen(began))
        watcher.act("boot")
        async with running(folder, watcher.note) as client:
            outcome = await _story(client, seed, watcher)
            if keep:
                shown.close()
                code = _report(outcome, began, json_file)
                out().print(ports_table(client.ports))
                out().print(tell("kept", data=folder))
                with contextlib.suppress(asyncio.CancelledError):  # Ctrl-C: the platform stops, the demo has ended well
                    await asyncio.Event().wait()
                return code
            watcher.act("stop")
    return _report(outcome, began, json_file)


def _wipe(folder: Path) -> None:
    """Empty the demo's folder, after ending what a crashed demo left running there."""
    try:
        with claim(folder):
            pass
    except AlreadyRunningError as error:
        raise StoryError(tell("error.running", data=folder)) from error
    shutil.rmtree(folder)


async def _story(client: Client, seed: int, watcher: Screen) -> Outcome:
    """Play, look, judge."""
    sample = prepare(client.data / "sample", now().date(), seed)
    async with (
        _partners(client, seed) as sessions,
        _funnel(client, watcher),
        Api(client) as api,
        Stores.opened(client) as opened,
    ):
        auditor = Auditor(client, opened, sessions)
        stage = Stage(client, api, People(client), sample, watcher.note, auditor.calm)
        told = await play(stage, sessions, watcher.act)
        watcher.act("audit")
        await auditor.calm()
        found = await auditor.look()
        return conclude(found, told, sample, trouble.planned_letters(client), api.repeated)


@asynccontextmanager
async def _partners(client: Client, seed: int) -> AsyncIterator[Mapping[str, PartnerSession]]:
    """A session for every partner whose part this machine plays."""
    sessions = {
        partner.code: PartnerSession(
            partner.code, client.kafka.client_config(client.partner_credentials(partner.code)), seed
        )
        for partner in client.partners.all()
    }
    try:
        for session in sessions.values():
            session.start()
        yield sessions
    finally:
        for session in sessions.values():
            session.stop()


@asynccontextmanager
async def _funnel(client: Client, watcher: Screen) -> AsyncIterator[None]:
    funnel = Funnel(client.kafka.client_config())
    funnel.start()
    watcher.watch(funnel)
    try:
        yield
    finally:
        funnel.stop()


def _report(outcome: Outcome, began: float, json_file: Path | None) -> int:
    seconds = time.monotonic() - began
    show(out(), outcome, seconds)
    if json_file is not None:
        json_file.write_text(json.dumps(outcome.as_json(seconds), indent=2, ensure_ascii=False) + "\n")
    return 1 if outcome.failures else 0
