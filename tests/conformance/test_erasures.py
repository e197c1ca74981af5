"""Erasures are kept apart from the store, and made again in one that came back."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from shared.runtime import metrics
from shared.sealing import encryption, keys
from shared.sealing.encryption import Ring
from shared.sealing.keys import Name
from shared.sealing.register import Register
from shared.service import erasures as watched
from shared.service.erasures import Erasures
from tests.conformance.stage import Bench, eventually


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
    await service.keep()
    assert len(list(folder.iterdir())) == 2


async def test_whatever_keeps_it_from_being_kept_raises_the_alarm(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr(watched, "LOOK_S", 0.05)
    metrics.ERASURE_REGISTER_AWAY.set(0)
    service = erasures(bench, tmp_path)
    with monkeypatch.context() as failing:
        failing.setattr(service, "keep", fail)
        task = asyncio.create_task(service.run())
        try:
            await eventually(lambda: away(1), 5)
            failing.undo()
            await eventually(lambda: away(0), 5)
        finally:
            task.cancel()


async def away(value: int) -> bool:
    return bool(metrics.ERASURE_REGISTER_AWAY._value.get() == value)
