"""What `pdp demo` finds where it begins: its own folder, partners, and whether anything happened before."""

import stat
from pathlib import Path

import asyncpg

from deploy.demo.command import _partners, _wipe
from deploy.demo.stores import Stores
from deploy.provision.partners import Partner, PartnerBook
from deploy.target.client import Client
from deploy.target.target import KafkaAccess, Target, TokenSource
from shared.messaging import tables
from shared.messaging.topics import SUPPLIER, audit_topic
from shared.runtime.database import Database

JOURNAL = (
    "INSERT INTO journal (event_id, topic, key, type, body) VALUES (gen_random_uuid(), $1, gen_random_uuid(), 't', '')"
)


def test_its_folder_is_closed_and_taken_again(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    for _ in range(2):
        _wipe(folder)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert list(folder.iterdir()) == []
        (folder / "sample").mkdir(mode=0o755)


async def test_who_only_looked_made_nothing_happen(store_url: str) -> None:
    connection = await asyncpg.connect(store_url)
    for statement in tables.ALL:
        await connection.execute(statement)
    database = Database(store_url, application="test", pool_size=1)
    await database.open()
    opened = Stores({"registration": database})
    assert not await opened.used()
    await connection.execute(JOURNAL, audit_topic("registration").name)
    assert not await opened.used()
    await connection.execute(JOURNAL, SUPPLIER.name)
    assert await opened.used()
    await database.close()
    await connection.close()


async def test_a_partner_whose_secret_is_not_here_plays_its_own_part(tmp_path: Path) -> None:
    book = tmp_path / "partners.json"
    PartnerBook(book).put(Partner("example-bank", None))
    kafka = KafkaAccess(bootstrap="127.0.0.1:1", user="admin", password="x")
    client = Client(Target(kind="compose", kafka=kafka, partners=book, token=TokenSource(env="TOKEN")))
    async with _partners(client, 1) as sessions:
        assert sessions == {}
