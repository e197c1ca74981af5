"""Mail that goes out, and out again until a server takes it.

What asks for a mail sets a timer of its kind in the same decision. Whoever sends it removes the timer; while it is
there, the worker below sends the mail at its time. No word of a mail is in the store: it is written when it is sent,
and a code in it is a new one each time.
"""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from shared.contracts.event import Cause
from shared.mail_address import mailbox
from shared.messaging import actors, due_mails
from shared.messaging.decision import Decision, Timer
from shared.messaging.due_mails import Done
from shared.messaging.repository import Repository
from shared.messaging.request_limits import RequestLimits
from shared.messaging.retry import TRY_AGAIN
from shared.messaging.timers import RETRY_AFTER
from shared.messaging.together import Together
from shared.messaging.unit_of_work import TIMER_CHANNEL, unit_of_work
from shared.messaging.worker import WATCHDOG_S, Worker
from shared.runtime import logging, metrics
from shared.runtime.clock import now
from shared.runtime.database import Connection, Database
from shared.runtime.failures import INFRASTRUCTURE
from shared.service.mail import Mail, Outcome, Sender

CODE_BYTES = 24
"""192 bits, as 32 letters, digits, `-` and `_`: nobody guesses it, and a link holds it."""

log = logging.get(__name__)


def new_code() -> str:
    return secrets.token_urlsafe(CODE_BYTES)


@dataclass(frozen=True, slots=True)
class MailLimit:
    """How many mails of a kind go to one mailbox, of all processes together. What is beyond it waits."""

    name: str
    every: timedelta
    at_once: int


@dataclass(frozen=True, slots=True)
class MailRoute:
    """One kind of mail."""

    kind: str
    """Of its timer."""
    repository: Repository[Any]
    again: Callable[[Any, str, datetime], Decision[Any]]
    """Decides, with a new code, whether it is still to be sent; then it sets the timer for the try after this one."""
    write: Callable[[Connection, Any, str], Awaitable[Mail | None]]
    """What it says, of the aggregate as it is then and the code; None: there is nobody to write to."""
    limit: MailLimit | None = None
    """None where whoever asks for it was limited already."""
    taken: Callable[[Any, Outcome, datetime], Decision[Any]] | None = None
    """Decides once a server took it, or never will; it takes the timer away. None: that goes, and nothing else."""


@dataclass(frozen=True, slots=True)
class Mails:
    """What a stage mails, and where mail goes."""

    routes: tuple[MailRoute, ...]
    sender: Sender


class Post:
    """Sends mail, and remembers what was taken."""

    def __init__(self, database: Database, sender: Sender) -> None:
        self.sender = sender
        self._database = database
        self._done = Together(self._forget)

    async def send(self, timer: Timer, mail: Mail) -> None:
        """Send a mail that has this timer. Unless a server took it, or never will, the timer stays."""
        if await self.give(mail) != "failed":
            await self.drop(timer, mail.about)

    async def give(self, mail: Mail) -> Outcome:
        """Send a mail, whatever comes of it."""
        outcome = await self.sender.send(mail)
        metrics.MAILS.labels(outcome).inc()
        return outcome

    async def drop(self, timer: Timer, about: UUID) -> None:
        """It is not to be sent, or not again. A store that is away meanwhile has it sent once more."""
        if timer.at is None:
            return
        try:
            await self._done.ask(Done(timer.kind, about, timer.at))
        except INFRASTRUCTURE as error:
            log.warning("mail_not_marked", about=about, error=type(error).__name__)

    async def _forget(self, mails: Sequence[Done]) -> list[None]:
        async with self._database.connection() as connection:
            await due_mails.done(connection, mails)
        return [None] * len(mails)


class MailWorker(Worker):
    """Sends what is due. Several processes may run it: a mail is taken under its aggregate's lock."""

    name: ClassVar[str] = "mails"
    channel: ClassVar[str] = TIMER_CHANNEL

    def __init__(self, database: Database, service: str, mails: Mails) -> None:
        super().__init__(database)
        self._service = service
        self._routes = {route.kind: route for route in mails.routes}
        self._post = Post(database, mails.sender)

    async def step(self, connection: Connection) -> float:
        kinds = [*self._routes]
        # One at a time: a server that hangs costs each its timeout, and a session that asks nothing for long is ended.
        row = await due_mails.due(connection, kinds, now())
        if row is not None:
            await self._settle(row)
            return 0
        at = await due_mails.next_at(connection, kinds)
        return WATCHDOG_S if at is None else max(0.001, (at - now()).total_seconds())

    async def _settle(self, row: Any) -> None:  # noqa: ANN401 - a row
        kind, about = row["kind"], row["aggregate_id"]
        cause = Cause(row["correlation_id"], None, None, actors.later(actors.of(row["actor"]), "timer"))
        try:
            await self._send(self._routes[kind], about, cause)
        except TRY_AGAIN:
            raise
        except Exception as error:  # noqa: BLE001 - one mail's trouble must not stop the others
            log.error("mail_postponed", kind=kind, about=about, error=type(error).__name__)
            async with self._database.connection() as connection:
                await due_mails.put_off(connection, kind, about, row["at"], now() + RETRY_AFTER)

    async def _send(self, route: MailRoute, about: UUID, cause: Cause) -> None:
        code = new_code()
        async with unit_of_work(self._database, self._service) as work:
            await work.load(route.repository, [about])
            if not await due_mails.still_due(work.connection, route.kind, about, work.now):
                return
            decision = route.again(work.state(route.repository, about), code, work.now)
            work.apply(route.repository, about, decision, cause)
            await work.flush()
        again = next((timer for timer in decision.timers if timer.kind == route.kind), None)
        if again is None or again.at is None:
            # No server ever took it, or its timer would not stand.
            metrics.MAILS.labels("given_up").inc()
            log.warning("mail_given_up", kind=route.kind, about=about)
            return
        # Whatever goes wrong from here on, the timer stands for the next try.
        async with self._database.connection() as connection:
            mail = await route.write(connection, decision.state, code)
        if mail is None:
            log.warning("mail_to_nobody", kind=route.kind, about=about)
            await self._post.drop(again, about)
        elif (wait := await self._wait(route.limit, mail)) > timedelta(0):
            metrics.MAILS.labels("limited").inc()
            log.warning("mail_withheld", kind=mail.kind, about=about)
            async with self._database.connection() as connection:
                await due_mails.put_off(connection, route.kind, about, again.at, work.now + wait)
        elif route.taken is None:
            await self._post.send(again, mail)
        elif (outcome := await self._post.give(mail)) != "failed":
            async with unit_of_work(self._database, self._service) as work:
                await work.load(route.repository, [about])
                decision = route.taken(work.state(route.repository, about), outcome, work.now)
                work.apply(route.repository, about, decision, cause)
                await work.flush()

    async def _wait(self, limit: MailLimit | None, mail: Mail) -> timedelta:
        """Until this mail may go."""
        if limit is None:
            return timedelta(0)
        per_second = 1 / limit.every.total_seconds()
        wait = await RequestLimits(self._database).take(limit.name, mailbox(mail.to), per_second, limit.at_once)
        return timedelta(seconds=wait)
