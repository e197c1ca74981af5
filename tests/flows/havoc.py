"""What `make chaos` does to the platform besides killing its processes. Each is undone before it returns."""

import asyncio
import json
import random
from collections.abc import Callable
from uuid import uuid4

import asyncpg
from aiokafka.errors import KafkaConnectionError
from confluent_kafka import KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import OffsetSpec  # type: ignore[attr-defined]  # public, but not marked so

from deploy.provision.reader import KafkaRefusalError, Reader
from shared.messaging.producer import partition_of
from shared.messaging.topics import DIAGNOSIS, MATCH, MAX_EVENT_BYTES, PLAN, SERVICES, SUPPLIER, Topic, partner_topics
from shared.runtime.clock import now
from shared.runtime.settings import KafkaSettings
from tests import hostile
from tests.flows.ground import Ground

Fault = Callable[[Ground, random.Random], None]

READER = "chaos"
ASKED_S = 20.0
SENT_WITHIN_S = 120.0
"""A broker that was killed may have to start again meanwhile."""
BOMB_BYTES = 20 * MAX_EVENT_BYTES
"""Of blanks: some kilobytes on the wire."""
DAYS_BEHIND_MS = 20 * 86_400_000
LASTS_S = (3.0, 20.0)
LOCKED_S = (5.0, 35.0)
"""Up to where the store gives a statement up that waits."""
WRONG_BY_S = 6 * 3600.0
"""The story's own deadlines are days away: a clock that passes them would tell another story."""
RETOLD = (MATCH, DIAGNOSIS, PLAN)
"""Not the topic that poison is on: nobody's journal has it."""
DISTRUSTED = ("nafin", "bancomext")

_UNDO_READ_ONLY = "ALTER SYSTEM RESET default_transaction_read_only; SELECT pg_reload_conf();"
_RESEND = (
    "INSERT INTO outbox (id, recorded_at, topic, resent_at, ids)"
    " SELECT id - (1::bigint << 62), recorded_at, topic, now(), ARRAY[id] FROM journal WHERE topic = $1"
    " ON CONFLICT DO NOTHING"
)


def hostile_partner(ground: Ground, chance: random.Random) -> None:
    """A header key that is not UTF-8, by a client whose clock is weeks behind."""
    code, key = chance.choice(DISTRUSTED), str(uuid4()).encode()
    user, password = ground.client.partner_credentials(code)
    bootstrap = ground.client.connection()["bootstrap.servers"]
    kafka = KafkaSettings(bootstrap=bootstrap, user=user, password=password)
    answers = partner_topics(code).answers
    at = int(now().timestamp() * 1000) - DAYS_BEHIND_MS
    # Without a value: what can be read of it by others is what the stage can know of it.
    record, place = (key, None, True), partition_of(key, answers.partitions)
    try:
        with asyncio.Runner() as runner:
            sending = hostile.send(kafka.client(), answers.name, place, [record], at=at)
            runner.run(asyncio.wait_for(sending, SENT_WITHIN_S))
    finally:
        # Not by what the client says: it has sent it more than once where a broker was killed.
        for _ in range(_copies(ground, answers, key)):
            ground.answer_for(letters=1)


def _copies(ground: Ground, topic: Topic, key: bytes) -> int:
    while True:
        try:
            with Reader(ground.client.connection(), READER, [topic.name]) as reader:
                return sum(entry.key == key for entry in reader.past())
        except (KafkaRefusalError, KafkaException):
            ground.broker_is_away()


def bomb(ground: Ground, chance: random.Random) -> None:
    """A value that is some kilobytes for the broker, and twenty times too large for its readers."""
    _poison(ground, b'{"specversion":"1.0"' + b" " * BOMB_BYTES)


def poison(ground: Ground, chance: random.Random) -> None:
    """What is no event, in one of its kinds."""
    outline = {"specversion": "1.0", "id": str(uuid4()), "source": "chaos", "time": now().isoformat(), "data": {}}
    shapes = (SUPPLIER.events[0].TYPE, "registration.supplier-vanished")
    values = [None, b"[" * 100_000, *(json.dumps(outline | {"type": shape}).encode() for shape in shapes)]
    _poison(ground, chance.choice(values[:1] + values[2:]))


def bomb_of_a_partner(ground: Ground, chance: random.Random) -> None:
    """The same from a partner."""
    code = chance.choice(DISTRUSTED)
    answers = partner_topics(code).answers
    if _send(ground, answers, b" " * BOMB_BYTES, ground.client.partner_credentials(code)) is None:
        ground.answer_for(letters=1)


def _poison(ground: Ground, value: bytes | None) -> None:
    if _send(ground, SUPPLIER, value, None) is None:
        ground.answer_for(letters=sum(reader in ground.client.services for reader in SUPPLIER.readers))


def _send(ground: Ground, topic: Topic, value: bytes | None, user: tuple[str, str] | None) -> KafkaError | None:
    """Under a key of its own. What the broker had against it."""
    told: list[KafkaError | None] = []
    settings = {"enable.idempotence": True, "compression.type": "zstd", "message.max.bytes": 2 * BOMB_BYTES}
    producer = Producer({**ground.client.connection(user), **settings, "log_level": 0})
    producer.produce(topic.name, value, key=uuid4().hex, on_delivery=lambda error, _: told.append(error))
    if producer.flush(SENT_WITHIN_S):
        raise RuntimeError(f"nobody knows whether a record is on {topic.name}: the books cannot be exact")
    return told[0]


def silent_stores(ground: Ground, chance: random.Random) -> None:
    """Every connection to the store passes nothing any more; new ones work."""
    ground.silence_stores()


def read_only_server(ground: Ground, chance: random.Random) -> None:
    """As after a switch-over, while all sessions live on."""
    seconds = chance.uniform(*LASTS_S)
    ground.on_server("ALTER SYSTEM SET default_transaction_read_only = on; SELECT pg_reload_conf();")
    ground.last(seconds)
    ground.on_server(_UNDO_READ_ONLY, whatever_it_takes=True)


def locked_inbox(ground: Ground, chance: random.Random) -> None:
    """Every batch of a stage hangs."""
    _hold(ground, chance, "LOCK TABLE inbox IN ACCESS EXCLUSIVE MODE")


def journal_read_while_a_partition_is_due(ground: Ground, chance: random.Random) -> None:
    """The last month's is gone, the service starts anew, and a report reads the journal."""
    service = chance.choice(SERVICES)

    async def drop() -> None:
        connection = await asyncpg.connect(ground.store(service), timeout=5)
        try:
            await connection.execute("SET lock_timeout = '2s'")
            last = await connection.fetchval(
                "SELECT max(inhrelid::regclass::text) FROM pg_inherits WHERE inhparent = 'journal'::regclass"
                " AND inhrelid::regclass::text LIKE 'journal_2%'"
            )
            await connection.execute(f"DROP TABLE {last}")
        finally:
            await connection.close()

    asyncio.run(drop())
    ground.kill(service)
    _hold(ground, chance, "SELECT count(*) FROM journal", service)


def _hold(ground: Ground, chance: random.Random, statement: str, service: str = "") -> None:
    """Keep a statement's locks for a while."""
    service, seconds = service or chance.choice(SERVICES), chance.uniform(*LOCKED_S)

    async def hold() -> None:
        connection = await asyncpg.connect(ground.store(service), timeout=5)
        try:
            async with asyncio.timeout(SENT_WITHIN_S):
                await connection.execute(f"BEGIN; {statement}")
            # A server that is killed meanwhile ends the fault; it was one.
            await asyncio.to_thread(ground.last, seconds)
        finally:
            connection.terminate()

    asyncio.run(hold())


def jumping_clock(ground: Ground, chance: random.Random) -> None:
    """A service's clock is hours ahead, or behind, and right again."""
    service, seconds = chance.choice(SERVICES), chance.uniform(*LASTS_S)
    ground.clock(service, chance.uniform(-WRONG_BY_S, WRONG_BY_S))
    ground.last(seconds)
    ground.clock(service, 0)


def retention(ground: Ground, chance: random.Random) -> None:
    """Kafka removes all of a topic, read or not; its writer's journal tells it again, as the runbook says."""
    topic = chance.choice(RETOLD)
    admin = ground.client.admin()
    places = [TopicPartition(topic.name, part) for part in range(topic.partitions)]
    asked = admin.list_offsets(dict.fromkeys(places, OffsetSpec.latest()))
    ends = {place: found.result(ASKED_S).offset for place, found in asked.items()}

    async def resend() -> None:
        connection = await asyncpg.connect(ground.store(topic.writer), timeout=5)
        try:
            await connection.execute(_RESEND, topic.name)
            await connection.execute("NOTIFY outbox")
        finally:
            await connection.close()

    # In this order: what comes after the copies is newer than all of them.
    asyncio.run(resend())
    removed = admin.delete_records([TopicPartition(place.topic, place.partition, end) for place, end in ends.items()])
    for done in removed.values():
        done.result(ASKED_S)


SENDING: tuple[Fault, ...] = (hostile_partner, bomb, poison, bomb_of_a_partner, retention)
"""What changes the topics: nothing of it while the audit reads them."""
LASTING: tuple[Fault, ...] = (
    silent_stores,
    read_only_server,
    locked_inbox,
    journal_read_while_a_partition_is_due,
    jumping_clock,
)
FAULTS = (*SENDING, *LASTING)
FAILURES: tuple[type[Exception], ...] = (
    OSError,
    KafkaException,
    KafkaConnectionError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
)
"""What a fault meets where another one was first: then it was none."""
