"""Erasures are kept apart from the store, and made again in one that came back."""

import asyncio
from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import obstore
import pytest
from starlette.types import Receive, Scope, Send

from shared.contracts.event import Cause
from shared.messaging.commands import Commands
from shared.messaging.decision import Decision, Refused
from shared.messaging.repository import lock
from shared.messaging.unit_of_work import unit_of_work
from shared.runtime import metrics
from shared.runtime.clock import now
from shared.runtime.database import Connection
from shared.sealing import encryption, keys, register
from shared.sealing.encryption import Ring
from shared.sealing.keys import Name
from shared.sealing.noting import noting
from shared.sealing.register import Register, RegisterAwayError
from shared.service import erasures as watched
from shared.service.erasures import EraseAgain, Erasures, Kept
from tests.conformance.stage import Account, AccountRow, Bench, accounts, eventually


@pytest.fixture(autouse=True)
def ring() -> Iterator[None]:
    with encryption.given(Ring(["a" * 64])):
        yield


def erasures(bench: Bench, folder: Path) -> Erasures:
    return Erasures(bench.database, Register(folder.as_uri(), "portal"), None, files=False)


async def test_a_damaged_object_ends_no_start_and_keeps_nothing_from_being_kept(bench: Bench, tmp_path: Path) -> None:
    folder = tmp_path / "portal"
    folder.mkdir()
    (folder / "damaged").write_text("torn")
    async with bench.database.connection() as connection:
        await keys.destroy(connection, [Name(uuid4(), uuid4())])
    service = erasures(bench, tmp_path)
    await service.before_serving()
    await service.look()
    assert len(list(folder.iterdir())) == 2


async def test_an_erasure_is_answered_once_it_is_in_the_register(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen: what had been erased within the last ten seconds before a machine was lost whole came back. Where the
    register is away the answer comes all the same.
    """
    firm = Name(uuid4(), uuid4())

    async def erase(scope: Scope, _: Receive, send: Send) -> None:
        async with bench.database.transaction() as connection:
            await keys.destroy(connection, [firm] if scope["method"] == "DELETE" else [])
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    register_ = Register(tmp_path.as_uri(), "portal")
    kept = Kept(erase, erasures(bench, tmp_path))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(kept), base_url="http://service") as client:
        assert (await client.get("/")).status_code == 204
        assert not (tmp_path / "portal").exists(), "nothing was erased"
        assert (await client.delete("/")).status_code == 204
        assert {*await register_.known()} == {firm}
        firm = Name(uuid4(), uuid4())
        monkeypatch.setattr(Register, "add", _away)
        assert (await client.delete("/")).status_code == 204


async def _away(*_: object) -> None:
    raise RegisterAwayError("away")


async def test_whatever_keeps_it_from_being_kept_raises_the_alarm(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr(watched, "LOOK_S", 0.05)
    metrics.ERASURE_REGISTER_AWAY.set(0)
    service = erasures(bench, tmp_path)
    with monkeypatch.context() as failing:
        failing.setattr(service, "look", fail)
        task = asyncio.create_task(service.run())
        try:
            await eventually(lambda: away(1), 5)
            failing.undo()
            await eventually(lambda: away(0), 5)
        finally:
            task.cancel()


async def test_what_no_request_erased_is_in_the_register_at_once(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen: what a timer, an event or a sweep had erased was in it only with the next look, ten seconds later."""
    monkeypatch.setattr(watched, "LOOK_S", 3600.0)
    register_, task = Register(tmp_path.as_uri(), "portal"), asyncio.create_task(erasures(bench, tmp_path).run())
    try:
        for _ in range(2):
            firm = Name(uuid4(), uuid4())
            with noting() as around:
                async with unit_of_work(bench.database, "portal") as work:
                    await keys.destroy(work.connection, [firm])
            assert around == [firm.person], "whoever is around hears of it too"
            await eventually(partial(_has, register_, firm), 5)
    finally:
        task.cancel()


async def test_a_command_that_shares_its_turn_is_answered_once_it_is_in_the_register(bench: Bench) -> None:
    """Seen: a turn is in a context of its own, so nobody waited for what a consent's revocation erased."""
    firm = Name(uuid4(), uuid4())

    async def erase(connection: Connection) -> None:
        await keys.destroy(connection, [firm])

    def decide(_: Account | None, __: object) -> Decision[Account] | Refused:
        return Decision(Account(firm.person, ()))

    with noting() as erased:
        await Commands(bench.database, "portal").run(accounts, firm.person, decide, Cause("x"), erase)
    assert erased == [firm.person]


async def _has(register_: Register, name: Name) -> bool:
    return name in await register_.known()


async def test_a_look_asks_for_what_was_erased_since_the_last_one(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By slices, and also of what others add; all of it is compared only with a store that is another one."""
    for module in (keys, register):
        monkeypatch.setattr(module, "AT_ONCE", 2)
    asked, read = _noted(monkeypatch, keys, "destroyed"), _noted(monkeypatch, obstore, "get_async")
    before, after, foreign = ([Name(uuid4(), uuid4()) for _ in range(count)] for count in (5, 1, 1))
    async with bench.database.connection() as connection:
        await keys.destroy(connection, before)
        await connection.execute("UPDATE data_key SET destroyed_at = destroyed_at - interval '2 min'")
    service = erasures(bench, tmp_path)
    await service.look()
    assert ([len(found) for found in asked], len(read)) == ([2, 2, 1], 0)
    asked.clear()
    async with bench.database.connection() as connection:
        await keys.destroy(connection, after)
    await Register(tmp_path.as_uri(), "portal").add({foreign[0]: now()})
    await service.look()
    assert ({name for found in asked for name in found}, len(read)) == ({*after, *foreign}, 1)
    await service.look()
    assert len(read) == 1
    assert {*await Register(tmp_path.as_uri(), "portal").known()} == {*before, *after, *foreign}
    async with bench.database.connection() as connection:
        await connection.execute("ALTER TABLE data_key RENAME TO lost; CREATE TABLE data_key (LIKE lost INCLUDING ALL)")
    assert await service.again() == (7, 0)
    assert await service.again() == (0, 0)


def _noted(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> list[Any]:
    """What this function gives, each time that it is called."""
    given, wrapped = [], getattr(module, name)

    async def noting(*args: Any) -> Any:
        given.append(await wrapped(*args))
        return given[-1]

    monkeypatch.setattr(module, name, noting)
    return given


class Locking:
    """Accounts that are erased again; a test may have something happen once their keys are destroyed."""

    def __init__(self) -> None:
        self.destroyed, self.go_on = asyncio.Event(), asyncio.Event()

    async def lock(self, connection: Connection, names: Collection[Name]) -> None:
        await lock(connection, AccountRow, [name.person for name in names])

    async def take_out(self, connection: Connection, names: Collection[Name]) -> int:
        self.destroyed.set()
        await self.go_on.wait()
        return len(await accounts.load_many(connection, [name.person for name in names]))


@pytest.fixture
async def erased(bench: Bench, tmp_path: Path) -> Name:
    """What the register has, and a store that came back knows nothing of."""
    name = Name(person := uuid4(), person)
    async with bench.database.transaction() as connection:
        await accounts.save_many(connection, [Account(person, ())], [])
        await keys.ensure(connection, [name])
    await Register(tmp_path.as_uri(), "portal").add({name: now()})
    return name


def erasing(bench: Bench, folder: Path, own: Locking) -> Erasures:
    again = EraseAgain(own.lock, own.take_out)
    return Erasures(bench.database, Register(folder.as_uri(), "portal"), again, files=False)


async def test_what_is_given_anew_while_it_is_erased_again_stays(bench: Bench, tmp_path: Path, erased: Name) -> None:
    own = Locking()

    async def give() -> str:
        async with bench.database.transaction() as connection:
            await accounts.load_many(connection, [erased.person])
            return (await keys.ensure(connection, [erased])).seal(erased, "x", "given anew")

    again = asyncio.create_task(erasing(bench, tmp_path, own).again())
    await own.destroyed.wait()
    given = asyncio.create_task(give())
    await eventually(lambda: _waits_or_is_done(bench, given))
    own.go_on.set()
    assert await again == (1, 1)
    kept = await given
    async with bench.database.connection() as connection:
        assert (await keys.find(connection, [erased])).open(erased, "x", kept) == "given anew"


async def test_whoever_erases_again_and_a_command_do_not_lock_crosswise(
    bench: Bench, tmp_path: Path, erased: Name
) -> None:
    own = Locking()
    own.go_on.set()
    async with bench.database.transaction() as connection:
        await accounts.load_many(connection, [erased.person])
        again = asyncio.create_task(erasing(bench, tmp_path, own).again())
        await eventually(lambda: _waits_or_is_done(bench, again))
        await keys.destroy(connection, [erased])
    assert await again == (0, 0), "the command was first"


async def _waits_or_is_done(bench: Bench, task: "asyncio.Task[Any]") -> bool:
    async with bench.database.connection() as connection:
        return task.done() or bool(await connection.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"))


async def away(value: int) -> bool:
    return bool(metrics.ERASURE_REGISTER_AWAY._value.get() == value)
