"""A stage as a running process: its parts put together, started, watched and stopped."""

import asyncio
import contextlib
import signal
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import uvicorn
import uvloop
from fastapi import FastAPI
from faststream.kafka import KafkaBroker

from shared.attachments import watch
from shared.messaging.broker import ConsumingBroker
from shared.messaging.commands import Commands
from shared.messaging.dlq_limit import DlqLimit, Resumer
from shared.messaging.import_worker import IMPORTERS
from shared.messaging.instance import Name
from shared.messaging.partitions import Partitions
from shared.messaging.partner_cap import PartnerCap
from shared.messaging.producer import Publisher
from shared.messaging.relay import Relay
from shared.messaging.replay import Replayer
from shared.messaging.retry import TRY_AGAIN, Backoff
from shared.messaging.revision import BEHIND, Revision
from shared.messaging.sealer import Sealer
from shared.messaging.skips import Skips
from shared.messaging.subscriber import BatchSubscriber
from shared.messaging.sweeps import SweepWorker
from shared.messaging.timers import TimerWorker
from shared.messaging.topics import subscriptions
from shared.messaging.worker import Worker
from shared.runtime import crash, logging, metrics, tracing
from shared.runtime.database import Database
from shared.runtime.failures import STORE_BEHIND
from shared.runtime.garbage import leave_batches_alone
from shared.runtime.settings import KafkaSettings, ServiceSettings
from shared.sealing import keys
from shared.sealing.encryption import KeyAwayError, seals
from shared.sealing.register import register_of
from shared.security.tokens import Issuer
from shared.service import consuming, housekeeping, http, operations, recorded, resending
from shared.service.alarms import AlarmWatch
from shared.service.erasures import Erasures, Kept
from shared.service.figures import FigureWatch
from shared.service.http.connection import IDLE_S, Connection
from shared.service.mailing import MailWorker
from shared.service.operations import Health
from shared.service.stage import Stage

DECIDING = 2 / 3
"""Of a stop's grace, for what is still decided; the rest is the relay's, however long the deciding takes."""
CLOSE_S = 1.0
"""For the store's connections, at the end of the grace."""

log = logging.get(__name__)


class Service:
    """One process of a stage."""

    def __init__(self, stage: Stage, settings: ServiceSettings, kafka: KafkaSettings) -> None:
        self._stage, self._settings, self._kafka = stage, settings, kafka
        name = stage.name
        self._skips = Skips()
        self.database = Database(settings.database_url, application=name, pool_size=settings.database_pool)
        self._brokers: list[KafkaBroker] = []
        """One for each member: FastStream starts a broker's subscribers one after the other, and one that waits for its
        group to be rebalanced would keep the others, of other groups too, from their work."""
        self._subscribers = self._subscribe()
        self._relay = Relay(self.database, Publisher(kafka, f"{name}-relay"), stage.public_keys, stage.keep_sendings)
        self.health = Health()
        revision = Revision(name)
        self.health.checks["store"] = revision.trouble
        alarms = AlarmWatch(self.database, settings, self._subscribers, self._relay, self.health, revision)
        figures = FigureWatch(self.database, Partitions(kafka, f"{name}-figures"), stage.figures)
        self._watches = {"alarms": alarms.run, "figures": figures.run}
        register = register_of(name)
        files = stage.attachments is not None
        self._erasures = Erasures(self.database, register, stage.erase_again, files=files)
        self._watches["erasures"] = self._erasures.run
        if stage.attachments is not None:
            self._watches["attachments"] = partial(watch.run, stage.attachments, self.database)
        self._workers: list[Worker] = [self._relay]
        self._name = self._own_name()
        if key := settings.audit_key.get_secret_value():
            self._workers.append(Sealer(self.database, name, key, settings.audit_every_s))
        if self._subscribers:
            self._workers.append(Resumer(self.database, self._subscribers.values(), self._skips))
        if stage.timers:
            self._workers.append(TimerWorker(self.database, name, stage.timers))
        if stage.sweeps:
            self._workers.append(SweepWorker(self.database, name, stage.sweeps, stage.once, stage.again))
        if stage.mails is not None:
            self._workers.append(MailWorker(self.database, name, stage.mails))
        self._workers += [each(self.database, name, stage.imports) for each in IMPORTERS if stage.imports]
        self.app = self._api()

    def _own_name(self) -> Name | None:
        """What consumes runs while the process has it; None where it was given none."""
        if not (self._settings.instance and self._subscribers):
            return None
        name = Name(self.database, self._settings.instance)
        self._workers.append(name)
        return name

    def _subscribe(self) -> dict[str, BatchSubscriber]:
        """The members of its groups that this process is, by the name that health gives them."""
        stage, settings = self._stage, self._settings
        topics = subscriptions(stage.name) if stage.topics is None else stage.topics
        members = range(settings.consumers) if topics else ()
        found = {f"{stage.name}.{member}": self._subscriber(stage.name, member, topics=topics) for member in members}
        if stage.partners:
            group = f"{stage.name}.partners"
            found[group] = self._subscriber(group, 0, pattern=stage.partners)
        return found

    def _subscriber(
        self, group: str, member: int, topics: Sequence[str] = (), pattern: str | None = None
    ) -> BatchSubscriber:
        settings, instance = self._settings, self._settings.instance
        limit = DlqLimit(settings.dlq_max_ratio, settings.dlq_min_count, settings.dlq_window)
        cap = PartnerCap(self.database, self._stage.name, settings.partner_max_open, settings.partner_max_open_bytes)
        self._brokers.append(ConsumingBroker(self._kafka, self._stage.name, settings.stop_grace_s))
        return BatchSubscriber(
            self._brokers[-1],
            self._stage.runner(self.database, limit, self._skips),
            group,
            topics=topics,
            pattern=pattern,
            batch_records=settings.batch_records,
            instance=f"{instance}.{member}" if instance else "",
            cap=cap if pattern else None,
        )

    def _api(self) -> FastAPI:
        name = self._stage.name
        replayer = Replayer(self.database, name, self._stage.runner(self.database))
        subscribers = self._subscribers.values()
        api = http.together(
            self._stage.router(Commands(self.database, name), self.database),
            operations.router(name, self.database, self.health, replayer, subscribers),
            resending.router(name, self.database, lambda: self._relay.backing_off),
            recorded.router(self.database),
        )
        app = self._stage.application(Issuer.of(self._settings), api, self.database)
        app.add_middleware(Kept, erasures=self._erasures)
        return app

    async def run(self) -> None:
        """Work until SIGTERM or SIGINT, then finish what is under way within the grace."""
        # Known to what answers without end too.
        stopping: asyncio.Event = self.app.state.stopping
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stopping.set)
        if not await self._open(stopping):
            return
        for worker in self._workers:
            self.health.checks[worker.name] = worker.trouble
        for member, subscriber in self._subscribers.items():
            self.health.checks[member] = subscriber.trouble
            self.health.paused.append(subscriber)
        tasks = [asyncio.create_task(worker.run(), name=worker.name) for worker in self._workers]
        members = zip(self._brokers, self._subscribers.values(), strict=True)
        consumers = [asyncio.create_task(consuming.consume(*member, self._name), name="consume") for member in members]
        keeping = asyncio.create_task(housekeeping.run(self.database, self._stage.forget), name="housekeeping")
        watching = [asyncio.create_task(run(), name=part) for part, run in self._watches.items()]
        server = _Server(self._server_config())
        serving = asyncio.create_task(server.serve(), name="http")
        log.info("started", http_port=self._settings.http_port)
        await asyncio.wait({serving, asyncio.create_task(stopping.wait())}, return_when=asyncio.FIRST_COMPLETED)
        log.info("stopping")
        server.should_exit = True
        keeping.cancel()
        for task in watching:
            task.cancel()
        await self._stop(serving, consumers, tasks)
        log.info("stopped")

    async def _open(self, stopping: asyncio.Event) -> bool:
        """Open the store; one that is away, or still recovers, is waited for, and one whose keys this process cannot
        open: what it sealed nobody else could read. False when asked to stop meanwhile.
        """
        backoff, attempt = Backoff(), 0
        while not stopping.is_set():
            try:
                await self.database.open()
                await housekeeping.ensure_partitions(self.database)
                async with self.database.connection() as connection:
                    await keys.check(connection)
                    await self._skips.load(connection)
                await self._erasures.before_serving()
            except TRY_AGAIN as error:
                await self.database.close()
                attempt += 1
                pause = backoff.pause(attempt)
                if isinstance(error, KeyAwayError):
                    log.error("sealing_key_away", detail=str(error), pause_s=round(pause, 2))
                else:
                    told = BEHIND if isinstance(error, STORE_BEHIND) else "store_unreachable"
                    log.warning(told, error=type(error).__name__, pause_s=round(pause, 2))
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stopping.wait(), pause)
            else:
                return True
        return False

    async def _stop(
        self, serving: "asyncio.Task[None]", members: "list[asyncio.Task[None]]", workers: "list[asyncio.Task[None]]"
    ) -> None:
        """HTTP and consuming, then the relay: what was decided meanwhile still goes out. All within one grace."""
        clock = asyncio.get_running_loop().time
        ends = clock() + self._settings.stop_grace_s
        for member in members:
            member.cancel()
        await _end(
            [serving, *(asyncio.create_task(consuming.stop(broker)) for broker in self._brokers)], self._deciding_s
        )
        for worker in self._workers:
            worker.stop()
        await _end(workers, ends - clock())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                await self.database.close()

    @property
    def _deciding_s(self) -> float:
        """Seconds of the grace until no more is decided; the relay has the rest."""
        return self._settings.stop_grace_s * DECIDING

    def _server_config(self) -> uvicorn.Config:
        return uvicorn.Config(
            self.app,
            host=self._settings.http_host,
            port=self._settings.http_port,
            log_config=None,
            access_log=False,
            lifespan="off",
            http=Connection,
            timeout_keep_alive=IDLE_S,
            # Whom an address is believed that it only passes on: nobody, unless it is said.
            proxy_headers=bool(self._settings.trusted_proxies),
            forwarded_allow_ips=self._settings.trusted_proxies,
            timeout_graceful_shutdown=max(1, int(self._deciding_s)),
        )


async def _end(tasks: "Sequence[asyncio.Task[None]]", seconds: float) -> None:
    """Wait until they have ended, and give up what has not by then."""
    _, late = await asyncio.wait(tasks, timeout=max(0.0, seconds))
    for task in late:
        task.cancel()


class _Server(uvicorn.Server):
    """Leaves the signals to the service: HTTP is one of its parts."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def main(build: Callable[[], tuple[Stage, ServiceSettings]]) -> None:
    """Run a stage as this process. `build` is its composition root."""
    stage, settings = build()
    logging.configure(stage.name, settings.log_level, decided=settings.log_decided)
    crash.arm(settings.crash_at)
    tracing.configure(stage.name, settings.otlp_endpoint)
    metrics.SEALING_OFF.set(not seals())
    if not seals():
        log.warning("sealing_off")
    service = Service(stage, settings, KafkaSettings())
    leave_batches_alone()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.get_loop().set_exception_handler(logging.loop_error)
        runner.run(service.run())
    tracing.stop()
