"""`pdp demo`: one story on the whole platform, this machine's own or the one in containers, and a report of it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import shutil
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.cli import wording
from deploy.cli.commands.status import ports_table, shown
from deploy.cli.console import out
from deploy.cli.installation import DEMO
from deploy.cli.next_steps import next_steps, ways_in
from deploy.cli.texts import language
from deploy.demo import trouble
from deploy.demo.audit import Auditor
from deploy.demo.calls import Api, StoryError
from deploy.demo.funnel import Funnel
from deploy.demo.outcome import Outcome, conclude
from deploy.demo.partner import PartnerSession
from deploy.demo.people import People, cast
from deploy.demo.report import show
from deploy.demo.sample.prepare import prepare
from deploy.demo.screen import Screen, screen
from deploy.demo.stage import Stage
from deploy.demo.stores import Stores
from deploy.demo.story import play
from deploy.demo.texts import tell
from deploy.local.client import LocalClient
from deploy.local.platform import running
from deploy.local.state import AlreadyRunningError, claim, close
from deploy.local.supervisor import run_until_signal
from deploy.target.client import Client
from deploy.target.readiness import Readiness
from deploy.target.target import Target
from shared.days import day_of
from shared.runtime.clock import now

ELSEWHERE = "demo-elsewhere"
"""Within the data folder, as the demo's own: what it makes where the platform is another than this folder's."""
INTERRUPTED = 130


@dataclass(frozen=True)
class Wish:
    """What the command line asked for."""

    folder: Path
    seed: int
    keep: bool
    json_file: Path | None
    target: Target | None


def run(data: Path, seed: int, keep: bool, json_file: Path | None, target: Target | None = None) -> int:  # noqa: FBT001  (as the command line has it)
    """Play the story on a fresh platform. 0 when every figure and the reconciliation are as they should be.

    `keep` leaves the platform running until Ctrl-C. `json_file` receives the outcome. With a `target`, the
    story is played on that platform, which runs already and goes on. Raises ``DeployError``.
    """
    wish = Wish(data / (ELSEWHERE if target else DEMO), seed, keep, json_file, target)
    code = asyncio.run(run_until_signal(_demo(wish)))
    return INTERRUPTED if code is None else code


async def _demo(wish: Wish) -> int:
    began = time.monotonic()
    logging.getLogger("asyncpg").setLevel(logging.ERROR)  # a store that crashed comes back: no tracebacks on the screen
    _wipe(wish.folder)
    with contextlib.ExitStack() as shown:
        watcher = shown.enter_context(screen(began))
        async with _platform(wish, watcher) as client:
            outcome = await _story(client, wish, watcher)
            if wish.keep and isinstance(client, LocalClient):
                shown.close()
                code = _report(outcome, began, wish.json_file)
                out().print(ports_table(client.ports))
                out().print(tell("kept", data=wish.folder))
                _say_next(client, outcome)
                with contextlib.suppress(asyncio.CancelledError):  # Ctrl-C: the platform stops, the demo has ended well
                    await asyncio.Event().wait()
                return code
    return _report(outcome, began, wish.json_file)


@asynccontextmanager
async def _platform(wish: Wish, watcher: Screen) -> AsyncIterator[Client]:
    """Where the story is played: started and stopped for it, unless it was named."""
    if wish.target is not None:
        yield await _reached(Client(wish.target))
        return
    watcher.act("boot")
    async with running(wish.folder, lambda told: watcher.note(wording.notice(told))) as client:
        yield client
        watcher.act("stop")


async def _reached(client: Client) -> Client:
    """The platform, once all its services are ready. Raises ``StoryError``."""
    async with Readiness(client.trust(), language()) as readiness:
        for name, found in (await readiness.troubles(client.services)).items():
            if found:
                raise StoryError(tell("error.not_ready", service=name, why=shown(found)))
    return client


def _wipe(folder: Path) -> None:
    """Empty the demo's folder, closed to others, after ending what a crashed demo left running there."""
    try:
        with claim(folder):
            pass
    except AlreadyRunningError as error:
        raise StoryError(tell("error.running", data=folder)) from error
    shutil.rmtree(folder)
    close(folder)


async def _story(client: Client, wish: Wish, watcher: Screen) -> Outcome:
    """Play, look, judge. Raises ``StoryError`` on a platform where something happened before."""
    sample = prepare(wish.folder / "sample", day_of(now()), wish.seed)
    async with AsyncExitStack() as stack:
        opened = await stack.enter_async_context(Stores.opened(client))
        if await opened.used():
            raise StoryError(tell("error.used"))
        sessions = await stack.enter_async_context(_partners(client, wish.seed))
        await stack.enter_async_context(_funnel(client, watcher))
        api = await stack.enter_async_context(Api(client))
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
        partner.code: PartnerSession(partner.code, client.connection(client.partner_credentials(partner.code)), seed)
        for partner in client.partners.all()
        if partner.secret is not None
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
    funnel = Funnel(client.connection())
    funnel.start()
    watcher.watch(funnel)
    try:
        yield
    finally:
        funnel.stop()


def _say_next(client: LocalClient, outcome: Outcome) -> None:
    """What to look at, with a firm whose story is long."""
    figures = outcome.figures
    firms = figures.referred_firms & figures.planned or figures.registered
    steps = {f"case {min(firms)}": "next.case"} if firms else {}
    steps |= {
        "dead-letters list": "next.dead_letters",
        "tail --type referral-answered -n 5 --no-follow": "next.tail",
        "lag": "next.lag",
        "status": "next.status",
    }
    next_steps(steps)
    if firms and figures.anchors:
        ways_in(client, cast(min(firms), min(figures.anchors)))


def _report(outcome: Outcome, began: float, json_file: Path | None) -> int:
    seconds = time.monotonic() - began
    show(out(), outcome, seconds)
    if json_file is not None:
        json_file.write_text(json.dumps(outcome.as_json(seconds), indent=2, ensure_ascii=False) + "\n")
    return 1 if outcome.failures else 0
