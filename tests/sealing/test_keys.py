"""Keys of persons in their table: made once, destroyed for good, wrapped anew, and useless without what wraps them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

from shared.sealing import encryption, keys, tables
from shared.sealing.encryption import KeyAwayError, Ring
from shared.sealing.keys import Name
from shared.sealing.values import ERASED
from tests.conformance.stage import eventually

OLD, NEW = Ring(["a" * 64]), Ring(["b" * 64, "a" * 64])


@pytest.fixture
async def store(store_url: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(store_url, timeout=10)
    await connection.execute(tables.STATEMENTS[0])
    with encryption.given(OLD):
        yield connection
    await connection.close()


async def test_a_key_is_made_once_and_destroyed_for_good(store: "asyncpg.Connection[asyncpg.Record]") -> None:
    person = uuid4()
    whole, matter = Name(person, person), Name(person, uuid4())
    ring = await keys.ensure(store, [whole, matter])
    name, folio = ring.seal(whole, "a", "Ana"), ring.seal(matter, "a", 7)
    again = await keys.ensure(store, [whole, matter])
    assert (again.open(whole, "a", name), again.open(matter, "a", folio)) == ("Ana", 7)
    await keys.destroy(store, [matter])
    left = await keys.find(store, [whole, matter])
    assert (left.open(whole, "a", name), left.open(matter, "a", folio)) == ("Ana", ERASED)
    anew = await keys.ensure(store, [matter])
    assert anew.open(matter, "a", folio) is ERASED
    assert anew.open(matter, "a", anew.seal(matter, "a", 8)) == 8
    await keys.destroy_all(store, [person])
    assert (await keys.find(store, [whole])).open(whole, "a", name) is ERASED
    assert await store.fetchval("SELECT count(*) FROM data_key WHERE wrapped IS NULL AND destroyed_at IS NOT NULL") == 2


async def test_of_what_has_no_key_it_is_kept_that_it_was_erased(store: "asyncpg.Connection[asyncpg.Record]") -> None:
    name = Name(uuid4(), uuid4())
    await keys.destroy(store, [name])
    first = await keys.destroyed(store)
    assert set(first) == {name}
    await keys.destroy(store, [name])
    assert await keys.destroyed(store) == first
    ring = await keys.ensure(store, [name])
    assert ring.open(name, "a", ring.seal(name, "a", "Ana")) == "Ana"


async def test_what_came_back_from_before_is_destroyed_again_and_what_was_made_since_stays(
    store: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    back, anew, lost = (Name(uuid4(), uuid4()) for _ in range(3))
    await keys.ensure(store, [back, anew])
    copy = await store.fetch("SELECT * FROM data_key WHERE person = $1", back.person)
    await keys.destroy(store, [back, anew, lost])
    erased = await keys.destroyed(store)
    kept = (await keys.ensure(store, [anew])).seal(anew, "a", "Ana")
    # As a restore leaves it: one key is back, one tombstone is away, one key was made since.
    await store.execute("DELETE FROM data_key WHERE person = ANY($1)", [back.person, lost.person])
    await store.execute("INSERT INTO data_key VALUES ($1, $2, $3, $4, $5)", *copy[0])
    assert await keys.destroy_again(store, erased) == {back, lost}
    assert (await keys.find(store, [anew])).open(anew, "a", kept) == "Ana"
    assert set(await keys.destroyed(store)) == {back, lost}
    assert await keys.destroy_again(store, erased) == set()


async def test_which_was_first_is_told_also_where_the_clock_went_back(
    store: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    """A machine that took over may be behind the one before it."""
    anew, erased, person = (Name(uuid4(), uuid4()) for _ in range(3))
    await keys.destroy(store, [anew])
    await keys.ensure(store, [erased, person])
    await store.execute(
        "UPDATE data_key SET destroyed_at = destroyed_at + interval '1 h', made_at = made_at + interval '1 h'"
    )
    copy = await store.fetch("SELECT * FROM data_key WHERE person = ANY($1)", [erased.person, person.person])
    before = await keys.destroyed(store)
    await keys.ensure(store, [anew])
    assert await keys.destroy_again(store, before) == set(), "made since"
    await keys.destroy(store, [erased])
    await keys.destroy_all(store, [person.person])
    gone = await keys.destroyed(store)
    await store.execute("DELETE FROM data_key")
    await store.executemany("INSERT INTO data_key VALUES ($1, $2, $3, $4, $5)", [tuple(row) for row in copy])
    assert await keys.destroy_again(store, gone) == {erased, person}, "made before"


async def test_what_is_still_under_way_is_asked_for_again(
    store: "asyncpg.Connection[asyncpg.Record]", store_url: str
) -> None:
    other = await asyncpg.connect(store_url, timeout=10)
    async with other.transaction():
        began = await other.fetchval("SELECT now()")
        assert await keys.settled(store) <= began - timedelta(minutes=1)
    assert await keys.settled(store) > began - timedelta(minutes=1)
    await other.close()


async def test_two_who_make_one_have_the_same(store: "asyncpg.Connection[asyncpg.Record]", store_url: str) -> None:
    other, watch = [await asyncpg.connect(store_url, timeout=10) for _ in range(2)]
    name = Name(uuid4(), uuid4())
    async with store.transaction():
        kept = (await keys.ensure(store, [name])).seal(name, "a", "Ana")
        waits = asyncio.create_task(keys.ensure(other, [name]))
        waiting = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query ~ 'data_key')"
        await eventually(lambda: watch.fetchval(waiting))
    assert (await waits).open(name, "a", kept) == "Ana"
    await other.close()
    await watch.close()


async def test_a_new_key_encryption_key_takes_over_without_a_pause(
    store: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    name = Name(uuid4(), uuid4())
    kept = (await keys.ensure(store, [name])).seal(name, "a", "Ana")
    with encryption.given(NEW):
        assert (await keys.find(store, [name])).open(name, "a", kept) == "Ana"
        assert [await keys.rewrap(store) for _ in range(2)] == [(1, 0, name), (0, 0, None)]
    with pytest.raises(KeyAwayError):
        await keys.find(store, [name])
    with encryption.given(Ring(["b" * 64])):
        assert (await keys.find(store, [name])).open(name, "a", kept) == "Ana"


async def test_a_key_that_the_store_says_nothing_of_is_away_and_not_destroyed(
    store: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    name = Name(uuid4(), uuid4())
    ring = await keys.ensure(store, [name])
    kept, raw = ring.seal(name, "a", "Ana"), ring.seal_bytes(name, "a", b"Ana")
    await store.execute("CREATE TEMPORARY TABLE lost AS SELECT * FROM data_key; TRUNCATE data_key")
    away = await keys.find(store, [name])
    for opening in (lambda: away.open(name, "a", kept), lambda: away.open_bytes(name, "a", raw), lambda: name in away):
        with pytest.raises(KeyAwayError, match="no row of what is sealed"):
            opening()
    with pytest.raises(KeyAwayError):
        await keys.kept(store, name)
    await store.execute("INSERT INTO data_key SELECT * FROM lost")
    assert (await keys.find(store, [name])).open(name, "a", kept) == "Ana"


async def test_a_wrapped_key_is_of_its_person_alone(store: "asyncpg.Connection[asyncpg.Record]") -> None:
    name, other = Name(uuid4(), uuid4()), uuid4()
    await keys.ensure(store, [name])
    await store.execute("UPDATE data_key SET person = $1", other)
    with pytest.raises(KeyAwayError):
        await keys.find(store, [Name(other, name.matter)])


async def test_a_key_that_nothing_opens_keeps_no_other_from_being_wrapped_anew(
    store: "asyncpg.Connection[asyncpg.Record]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "AT_ONCE", 1)
    names = sorted(Name(uuid4(), uuid4()) for _ in range(3))
    await keys.ensure(store, names)
    foreign = Ring(["c" * 64]).wrap(b"k" * 64, names[1].about)
    await store.execute("UPDATE data_key SET wrapped = $1 WHERE person = $2", foreign, names[1].person)
    with encryption.given(NEW):
        found, last = [], None
        for _ in range(4):
            found.append(await keys.rewrap(store, last))
            last = found[-1].last
    assert [each[:2] for each in found] == [(1, 0), (0, 1), (1, 0), (0, 0)]
    assert last is None


async def test_a_process_finds_out_that_its_keys_are_not_those_of_the_store(
    store: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    for ring in (None, Ring(["c" * 64])):
        with encryption.given(ring):
            await keys.check(store)
    await keys.ensure(store, [Name(uuid4(), uuid4())])
    await keys.check(store)
    with encryption.given(NEW):
        await keys.ensure(store, [Name(uuid4(), uuid4())])
        await keys.check(store)
    for lacking in (None, OLD, Ring(["b" * 64]), Ring(["c" * 64])):
        with encryption.given(lacking), pytest.raises(KeyAwayError, match="PDP_SEALING_KEYS"):
            await keys.check(store)


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="openssl rand -hex 32"):
        Ring(["secret"])
