"""Faults of what lies around a process: a full disk, partners, a parent that comes late, the network."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from uuid import uuid4

import asyncpg
import pytest

from deploy.engines.account import give, unprivileged_user
from shared.messaging import journal
from shared.messaging.codec import encode
from tests.conformance.events import Told
from tests.conformance.stage import envelope
from tests.faults import traffic
from tests.faults.cases import case
from tests.faults.plant import Plant, make_topics
from tests.faults.source import Source, told
from tests.faults.stage import Answered

DISK_MB = 8
FLOOD = 1_000


@contextmanager
def _small_disk(plant: Plant) -> Iterator[Path]:
    """Effects on a disk of their own while the block runs, so that filling it up fills no other."""
    disk = Path(mkdtemp(prefix="disk-"))
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", disk], check=False).returncode:
        disk.rmdir()
        pytest.skip("a disk of its own needs root")
    database = plant.store.rpartition("/")[2]
    try:
        space = disk / "space"
        space.mkdir()
        give(space, unprivileged_user())
        disk.chmod(0o711)  # the server walks down to it
        plant.postgres.execute(f"CREATE TABLESPACE small LOCATION '{space}'")
        plant.postgres.execute("ALTER TABLE effect SET TABLESPACE small", database)
        yield disk
        plant.postgres.execute("ALTER TABLE effect SET TABLESPACE pg_default", database)
        plant.postgres.execute("DROP TABLESPACE small")
    finally:
        subprocess.run(["umount", "-l", disk], check=True)
        disk.rmdir()


@case(down=True)
async def disk_full(plant: Plant, _: Source) -> None:
    with _small_disk(plant) as disk:
        filler = disk / "filler"
        with filler.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(disk).free)
        await plant.note_readiness()
        await asyncio.sleep(5)
        filler.unlink()


@case(expected_letters=1)
async def missing_parent(plant: Plant, source: Source) -> None:
    """A child's numbers before anybody knows whose child it is; the first is set aside, the others wait behind it."""
    key, child, numbers = uuid4(), uuid4(), range(1, 6)
    answers = [Answered(on=source.topic, account=key, child=child, number=number) for number in numbers]
    await source.deliver([(child, encode(envelope(answer))) for answer in answers])
    source.sent += [(key, number) for number in numbers]
    await traffic.letters(plant, 1)
    await plant.query("INSERT INTO tally VALUES (1, $1, 0)", key)
    await plant.query("INSERT INTO parent VALUES ($1, $2)", child, key)


@case(more=("I6",))
async def partner_topic_missing(plant: Plant, source: Source) -> None:
    """What is decided for a topic that is not there waits; what is decided for the others does not wait with it."""
    absent, begun = f"partner.{uuid4().hex[:8]}.referrals.v1", source.sent[-1][1]
    connection = await asyncpg.connect(plant.store)
    await journal.append(connection, [envelope(Told(on=absent, account=uuid4(), number=1)) for _ in range(100)])
    await connection.close()
    await asyncio.sleep(10)
    plant.neighbours_s = await traffic.time_to_effect(plant, source, begun, hop=2)
    await asyncio.to_thread(make_topics, plant.kafka, [absent])


@case(more=("I6",))
async def flooding_partner(plant: Plant, source: Source) -> None:
    """Hundreds of answers that each fail by themselves, in a group of their own."""
    await plant.query("INSERT INTO bug VALUES ($1)", traffic.OWN)
    flood = [told(plant.partner, uuid4(), traffic.OWN) for _ in range(FLOOD)]
    begun = source.sent[-1][1]
    await traffic.send(plant.kafka_settings, plant.partner, flood)
    await traffic.letters(plant, FLOOD)
    plant.neighbours_s = await traffic.time_to_effect(plant, source, begun)


@case(more=("I6",))
async def slow_partner(plant: Plant, source: Source) -> None:
    """Its answers wait for a supplier that somebody else holds locked; nobody else waits with them."""
    key, numbers, begun = uuid4(), range(1, 4), source.sent[-1][1]
    await plant.query("INSERT INTO tally VALUES (1, $1, 0)", key)
    connection = await asyncpg.connect(plant.store)
    async with connection.transaction():
        await connection.execute("SELECT FROM tally WHERE key = $1 FOR UPDATE", key)
        answers = [told(plant.partner, key, number) for number in numbers]
        await traffic.send(plant.kafka_settings, plant.partner, answers)
        await asyncio.sleep(10)
        assert not await plant.effects(1, {key}), "the partner's answers did not wait"
    await connection.close()
    plant.neighbours_s = await traffic.time_to_effect(plant, source, begun)
    source.sent += [(key, number) for number in numbers]


@case()
async def kafka_unreachable(plant: Plant, _: Source) -> None:
    plant.kafka_net.set("blackhole")
    await asyncio.sleep(15)
    plant.kafka_net.set("pass")


@case()
async def kafka_connections_reset(plant: Plant, _: Source) -> None:
    for _attempt in range(6):
        plant.kafka_net.reset()
        await asyncio.sleep(1)


@case(down=True)
async def postgres_refuses(plant: Plant, _: Source) -> None:
    plant.postgres_net.set("refuse")
    await plant.note_readiness()
    plant.postgres_net.set("pass")


@case(down=True)
async def postgres_read_only(plant: Plant, _: Source) -> None:
    """As after a switch-over, while the connections still go to the old primary."""
    database = plant.store.rpartition("/")[2]
    for value in ("on", "off"):
        plant.postgres.execute(f"ALTER DATABASE {database} SET default_transaction_read_only = {value}")
        plant.postgres.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'")
        if value == "on":
            await plant.note_readiness()


@case()
async def postgres_unreachable(plant: Plant, _: Source) -> None:
    plant.postgres_net.set("blackhole")
    await asyncio.sleep(15)
    plant.postgres_net.set("pass")


@case()
async def slow_network(plant: Plant, _: Source) -> None:
    """Every piece that passes to or from either system takes 0.2 s."""
    for net in (plant.kafka_net, plant.postgres_net):
        net.set("delay")
    await asyncio.sleep(15)
    for net in (plant.kafka_net, plant.postgres_net):
        net.set("pass")
