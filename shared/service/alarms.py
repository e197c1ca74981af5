"""The watch inside a service: what an operator must know, said once when it starts and once when it ends.

It also sets the gauges of the backlog and the lag, so both have one source.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.messaging import backlog
from shared.messaging.backlog import Backlog
from shared.messaging.instance import INSTANCE_TAKEN
from shared.messaging.relay import Relay
from shared.messaging.revision import BEHIND, Revision
from shared.messaging.subscriber import DLQ_LIMIT_REACHED, NOT_STARTED, BatchSubscriber
from shared.runtime import logging, metrics
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.runtime.failures import INFRASTRUCTURE, STORE_BEHIND
from shared.runtime.settings import ServiceSettings
from shared.service.operations import Health

NOT_READY, CONSUMER_STUCK, COMMITS_FAIL, OUTBOX_OLD = "not_ready", "consumer_stuck", "commits_fail", "outbox_old"
TOPICS_BACKING_OFF, KEYS_BLOCKED, SWEEPS_STUCK = "topics_backing_off", "keys_blocked", "sweeps_stuck"
STORE_UNREACHABLE, RECORDS_MISSED, PARTNER_PAUSED = "store_unreachable", "records_missed", "partner_paused"
ANSWERS_REFUSED, SENDS_IN_CLEAR = "answers_refused", "sends_in_clear"

ALARMS: Mapping[str, str] = {
    NOT_READY: "See /ready for what is wrong with that part; restart the process if Kafka and PostgreSQL are well.",
    CONSUMER_STUCK: "See /ready and batch_nacked in the log; restart the process if both are silent.",
    COMMITS_FAIL: "See whether Kafka is reachable and the group keeps rebalancing; nothing is lost meanwhile.",
    RECORDS_MISSED: "Run `pdp gaps list`: it has the `pdp resend …` that brings each back; then `pdp gaps close`.",
    OUTBOX_OLD: "See whether Kafka is reachable, and worker_failed of the relay in the log.",
    TOPICS_BACKING_OFF: "See topic_backs_off in the log: the topic is missing, or the service may not write to it.",
    KEYS_BLOCKED: "List the dead letters; replay them once the cause is mended, or discard them.",
    ANSWERS_REFUSED: "List the dead letters of the partner's topic; call the partner; replay or discard them.",
    SENDS_IN_CLEAR: "End the processes of a release before that know no keys of partners; then see who was sent what.",
    SWEEPS_STUCK: "See worker_failed of sweeps in the log; locks that others hold too long stop it too.",
    DLQ_LIMIT_REACHED: "Roll the deploy back or mend it, and restart; or resume, if the records are to blame.",
    PARTNER_PAUSED: "List the topic's dead letters; tell the partner; discard or replay them. It goes on by itself.",
    INSTANCE_TAKEN: "Another process of this stage has the same PDP_INSTANCE: end it, or give this one its own name.",
    BEHIND: "Migrate the store: `pdp restart SERVICE`, or `python -m shared.service.migrations SERVICE`.",
    STORE_UNREACHABLE: "See whether PostgreSQL is up and has connections left.",
}
"""Each alarm, and what to do; docs/runbook/alerts.md has more."""

log = logging.get(__name__)


@dataclass(frozen=True, slots=True)
class Reading:
    """One alarm's condition, as seen now."""

    name: str
    holds: bool
    value: float
    after_s: float = 0.0
    """The condition must hold for so long without a break."""
    of: str = ""
    """Which part of the process, where each has the alarm for itself."""


@dataclass(slots=True)
class _State:
    since: datetime
    """For people to read."""
    began: float
    """Loop time: how long is not for a clock that may be set."""
    raised: bool = False


class AlarmWatch:
    """Looks at one process of a service every few seconds."""

    def __init__(
        self,
        database: Database,
        settings: ServiceSettings,
        subscribers: Mapping[str, BatchSubscriber],
        relay: Relay,
        health: Health,
        revision: Revision,
    ) -> None:
        self._revision = revision
        self._database = database
        self._settings = settings
        self._subscribers = subscribers
        self._relay = relay
        self._health = health
        self._states: dict[tuple[str, str], _State] = {}
        self._batches: dict[str, int] = {}
        self._swept: tuple[int, int] | None = None

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001 - a watch that ended would look like one that sees nothing
                log.error("alarm_watch_failed", error=type(error).__name__, at=logging.frames(error))
            await asyncio.sleep(self._settings.alarm_every_s)

    async def look(self) -> None:
        """Measure, and raise or clear."""
        for subscriber in self._subscribers.values():
            await subscriber.look()
        readings = [*self._of_parts(), *self._of_consumers(), *self._of_partners(), *self._of_relay()]
        try:
            async with asyncio.timeout(self._settings.alarm_every_s), self._database.connection() as connection:
                await self._revision.look(connection)
                found = await backlog.look(connection)
                in_clear = await self._relay.in_clear(connection)
        except STORE_BEHIND:
            self._revision.behind = True
        except INFRASTRUCTURE:
            readings.append(Reading(STORE_UNREACHABLE, holds=True, value=1))
        else:
            _measure(found)
            readings += [Reading(STORE_UNREACHABLE, holds=False, value=0), *self._of_backlog(found)]
            readings.append(Reading(SENDS_IN_CLEAR, bool(in_clear), len(in_clear)))
        readings.append(Reading(BEHIND, self._revision.behind, self._revision.behind))
        for reading in readings:
            self._settle(reading)
        for name in ALARMS:
            raised = any(state.raised for (each, _), state in self._states.items() if each == name)
            metrics.ALARM.labels(name).set(raised)

    def _of_parts(self) -> Iterator[Reading]:
        found = {part: check() for part, check in self._health.checks.items()}
        troubles = {part: trouble and trouble["code"] for part, trouble in found.items()}
        taken = INSTANCE_TAKEN in troubles.values()
        yield Reading(INSTANCE_TAKEN, taken, taken)
        for part, trouble in troubles.items():
            # The limit, the name and the revision have alarms of their own; without a name nothing is started.
            away = trouble not in {None, DLQ_LIMIT_REACHED, INSTANCE_TAKEN, BEHIND} and not (
                taken and trouble == NOT_STARTED
            )
            yield Reading(NOT_READY, away, away, self._settings.alarm_stuck_after_s, part)

    def _of_consumers(self) -> Iterator[Reading]:
        metrics.LAG.clear()
        for member, subscriber in self._subscribers.items():
            lags = subscriber.lags()
            for partition, lag in lags.items():
                metrics.LAG.labels(partition.topic, str(partition.partition)).set(lag)
            # What waits at a partner's cap has an alarm of its own.
            behind = sum(lag for partition, lag in lags.items() if partition.topic not in subscriber.paused)
            still = self._batches.get(member) == subscriber.batches
            self._batches[member] = subscriber.batches
            stuck = still and behind > 0 and not subscriber.stopped
            yield Reading(CONSUMER_STUCK, stuck, behind, self._settings.alarm_stuck_after_s, member)
            failed = subscriber.failed_commits
            yield Reading(COMMITS_FAIL, failed >= self._settings.alarm_failed_commits, failed, of=member)
            yield Reading(DLQ_LIMIT_REACHED, subscriber.stopped, behind, of=member)

    def _of_partners(self) -> Iterator[Reading]:
        paused = {topic for subscriber in self._subscribers.values() for topic in subscriber.paused}
        metrics.PARTNER_PAUSED.clear()
        for topic in paused:
            metrics.PARTNER_PAUSED.labels(topic).set(1)
        before = {topic for name, topic in self._states if name == PARTNER_PAUSED}
        for topic in sorted(before.union(paused)):
            yield Reading(PARTNER_PAUSED, topic in paused, 1, of=topic)

    def _of_relay(self) -> Iterator[Reading]:
        backing_off = len(self._relay.backing_off)
        yield Reading(TOPICS_BACKING_OFF, backing_off > 0, backing_off)

    def _of_backlog(self, found: Backlog) -> Iterator[Reading]:
        limits = self._settings
        yield Reading(OUTBOX_OLD, found.outbox_age_s > limits.alarm_outbox_age_s, found.outbox_age_s)
        yield Reading(RECORDS_MISSED, found.missed > 0, found.missed)
        yield Reading(KEYS_BLOCKED, found.blocked_age_s > limits.alarm_blocked_after_s, found.blocked)
        yield Reading(ANSWERS_REFUSED, found.refused > 0, found.refused, limits.alarm_blocked_after_s)
        swept = found.sweeps, found.swept
        stuck = found.sweeps > 0 and swept == self._swept
        self._swept = swept
        yield Reading(SWEEPS_STUCK, stuck, found.sweeps, limits.alarm_stuck_after_s)

    def _settle(self, reading: Reading) -> None:
        which = reading.name, reading.of
        if not reading.holds:
            state = self._states.pop(which, None)
            if state is not None and state.raised:
                log.info("alarm_cleared", **_told(reading, state))
            return
        clock = asyncio.get_running_loop().time()
        state = self._states.setdefault(which, _State(now(), clock))
        if not state.raised and clock - state.began >= reading.after_s:
            state.raised = True
            log.error("alarm_raised", **_told(reading, state), what_to_do=ALARMS[reading.name])


def _told(reading: Reading, state: _State) -> dict[str, object]:
    told = {"name": reading.name, "since": state.since.isoformat(), "value": round(reading.value, 1)}
    return told | ({"of": reading.of} if reading.of else {})


def _measure(found: Backlog) -> None:
    metrics.OUTBOX_ROWS.set(found.outbox)
    metrics.OUTBOX_AGE.set(found.outbox_age_s)
    metrics.BLOCKED_KEYS.set(found.blocked)
    metrics.DEAD_LETTERS.set(found.dead)
    metrics.SWEEPS_OPEN.set(found.sweeps)
    metrics.CONNECTIONS.set(found.connections)
    metrics.CONNECTIONS_MAX.set(found.connections_max)
    metrics.TRANSACTION_AGE.set(found.transaction_age_s)
    metrics.BACKUP.set(found.backup_at)
