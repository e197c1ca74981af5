"""`pdp skip`: a service that does not live long enough to be asked finds the wish in its store."""

import asyncio
import json
from pathlib import Path

import asyncpg
import pytest

from deploy.engines.ports import free_port
from deploy.target import TARGET
from shared.messaging import tables
from shared.messaging.topics import SUPPLIER
from tests.deploy.program import pdp

WISH = (SUPPLIER.name, "3", "4711", "--reason", "it kills us")


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDP_LANG", "en")
    monkeypatch.setenv("TOKEN", "a token")
    monkeypatch.setenv(TARGET, "")


def written(folder: Path, **more: object) -> str:
    file = folder / "target.json"
    services = {"financing": f"http://127.0.0.1:{free_port()}"}
    file.write_text(json.dumps({"kind": "cluster", "services": services, "token": {"env": "TOKEN"}} | more))
    return str(file)


async def test_it_is_written_into_the_store_of_a_service_that_is_away(store_url: str, tmp_path: Path) -> None:
    store = await asyncpg.connect(store_url)
    for statement in tables.STATEMENTS:
        await store.execute(statement)
    file = written(tmp_path, stores={"financing": store_url})
    told = await asyncio.to_thread(pdp, "--target", file, "skip", "financing", *WISH)
    assert (told.code, told.err) == (0, "financing does not answer; its store has the wish, and each start reads it.\n")
    assert "pdp dead-letters list --service financing --reason skipped" in " ".join(told.out.split())
    [row] = await store.fetch('SELECT topic, partition, "offset", reason FROM skip')
    assert tuple(row) == (SUPPLIER.name, 3, 4711, "it kills us")
    await store.close()


def test_without_the_store_it_says_where_the_statement_is(tmp_path: Path) -> None:
    told = pdp("--target", written(tmp_path), "skip", "financing", *WISH)
    assert told.code == 1
    assert "docs/runbook/operate.md#skip-a-record" in "".join(told.err.split("\n"))


def test_a_topic_that_the_service_does_not_read_is_refused(tmp_path: Path) -> None:
    told = pdp("--target", written(tmp_path), "skip", "financing", "financing.referral.v1", *WISH[1:])
    assert (told.code, told.err) == (2, "financing does not read financing.referral.v1.\n")
