"""The textbook way: FastStream, one SQLModel session and transaction per message, inbox and outbox as tables."""

from datetime import UTC, datetime
from uuid import UUID

from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.security import SASLScram256
from pydantic import AwareDatetime, BaseModel
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import registry
from sqlalchemy.schema import CreateTable
from sqlmodel import Field, SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.contracts.matching import MatchFound
from shared.runtime.ids import new_id
from shared.runtime.settings import KafkaSettings, ServiceSettings
from tests.bench.peers.rounds import Progress, assigned, rewind, serve
from tests.bench.workload import ANSWERS, FEW, Counted

SETTINGS = ServiceSettings()


class Table(SQLModel, registry=registry()):
    pass


class Account(Table, table=True):
    id: UUID = Field(primary_key=True)
    taken: int
    best: int


class Inbox(Table, table=True):
    message_id: UUID = Field(primary_key=True)


class Outbox(Table, table=True):
    id: int | None = Field(default=None, primary_key=True)
    topic: str
    key: UUID
    payload: bytes


STATEMENTS = tuple(
    str(CreateTable(table).compile(dialect=postgresql.dialect())) for table in Table.metadata.sorted_tables
)


class CloudEvent(BaseModel):
    specversion: str
    id: UUID
    type: str
    source: str
    time: AwareDatetime
    correlationid: str
    data: MatchFound


class Answer(BaseModel):
    specversion: str = "1.0"
    id: UUID
    type: str = Counted.TYPE
    source: str = "textbook"
    time: AwareDatetime
    correlationid: str
    causationid: str
    data: Counted


async def apply(session: AsyncSession, event: CloudEvent) -> None:
    if await session.get(Inbox, event.id) is not None:
        return
    session.add(Inbox(message_id=event.id))
    match = event.data
    found = await session.exec(select(Account).where(Account.id == match.supplier_id).with_for_update())
    account = found.one_or_none() or Account(id=match.supplier_id, taken=0, best=0)
    account.taken += 1
    account.best = max(account.best, match.score)
    session.add(account)
    counted = Counted(supplier_id=account.id, match_id=match.match_id, taken=account.taken, best=account.best)
    answer = Answer(
        id=new_id(),
        time=datetime.now(UTC),
        correlationid=event.correlationid,
        causationid=str(event.id),
        data=counted,
    )
    session.add(Outbox(topic=ANSWERS, key=account.id, payload=answer.model_dump_json().encode()))


async def consume(group: str, _: int) -> tuple[float, float]:
    engine = create_async_engine(SETTINGS.database_url.replace("postgresql://", "postgresql+asyncpg://", 1))
    sessions = async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)
    kafka = KafkaSettings()
    security = SASLScram256(kafka.user, kafka.password.get_secret_value(), use_ssl=False)
    broker = KafkaBroker(kafka.bootstrap, security=security, consumer_only=True, logger=None)
    subscriber = broker.subscriber(
        FEW, group_id=group, auto_offset_reset="earliest", ack_policy=AckPolicy.NACK_ON_ERROR
    )

    @subscriber
    async def match_found(event: CloudEvent) -> None:
        async with sessions() as session, session.begin():
            await apply(session, event)

    await broker.start()
    consumer = subscriber.consumer
    if consumer is None:
        raise RuntimeError("the subscriber is not started")
    await assigned([consumer])
    progress = Progress()
    await progress.watch(consumer)
    started = rewind([consumer])
    ended = await progress.wait()
    await broker.stop()
    await engine.dispose()
    return started, ended


if __name__ == "__main__":
    serve(consume)
