"""A stage was down until Kafka removed what it had not consumed: the procedure of docs/runbook/alerts.md."""

import asyncio
import csv
import json
import shlex
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from confluent_kafka import OFFSET_END, TopicPartition

from deploy.demo import sample
from deploy.local.client import LocalClient
from deploy.local.hold import held_down
from shared.messaging.topics import ANCHOR
from tests.deploy.program import pdp

PATIENCE = 60.0
FILE = Path(sample.__file__).with_name("anchors.csv")
OWN = ("TR", "RE")
"""Codes of the file, and of those that nobody else here has."""


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def told(*command: str) -> str:
    outcome = pdp(*command)
    assert (outcome.code, outcome.err) == (0, "")
    return outcome.out.strip()


def ids(client: LocalClient, service: str, query: str) -> list[UUID]:
    async def fetch() -> list[Any]:
        connection = await asyncpg.connect(client.stores()[service])
        try:
            return await connection.fetch(query)
        finally:
            await connection.close()

    return [row[0] for row in asyncio.run(fetch())]


def decided(client: LocalClient) -> set[UUID]:
    return {*ids(client, "registration", f"SELECT event_id FROM journal WHERE topic = '{ANCHOR.name}'")}


def missing(client: LocalClient) -> set[UUID]:
    return decided(client) - {*ids(client, "matching", "SELECT message_id FROM inbox")}


def test_what_was_removed_is_seen_resent_and_closed(client: LocalClient, tmp_path: Path) -> None:
    header, *rows = [*csv.reader(FILE.read_text(encoding="utf-8").splitlines())]
    rows = [[code.replace(*OWN), *rest] for code, *rest in rows]
    some, all_ = tmp_path / "some.csv", tmp_path / "all.csv"
    for file, kept in ((some, rows[:2]), (all_, rows)):
        file.write_text("\n".join(map(",".join, (header, *kept))), encoding="utf-8")
    assert pdp("import", "anchors", str(some)).code == 0
    until(lambda: not missing(client))
    assert told("gaps", "list") == "There are no open gaps."

    with held_down(client.data, "matching"):
        assert pdp("import", "anchors", str(all_)).code == 0
        until(lambda: not ids(client, "registration", "SELECT id FROM outbox"))
        admin = client.admin()
        for done in admin.delete_records([TopicPartition(ANCHOR.name, 0, OFFSET_END)]).values():
            done.result(20)
    until(lambda: pdp("gaps", "list", "--json").json)
    [gap] = pdp("gaps", "list", "--json").json
    assert (gap["service"], gap["records"]) == ("matching", len(rows) - 2)
    assert len(missing(client)) == len(rows) - 2
    assert gap["command"] in pdp("status").out
    assert gap["command"] in pdp("gaps", "list").out

    _, *command = shlex.split(gap["command"])
    again = len(decided(client))
    assert f"{again} events" in pdp(*command, "--dry-run").out
    assert len(missing(client)) == len(rows) - 2
    assert f"registration: {again} events of {ANCHOR.name} published again" in pdp(*command).out
    until(lambda: not missing(client))
    with client.http("matching") as http:
        known = http.get("/anchors", params={"limit": 200}).raise_for_status().json()["items"]
    assert {anchor["code"] for anchor in known} >= {row[0] for row in rows}
    assert (
        told("gaps", "close", "matching", str(gap["id"]), "--reason", "resent") == f"matching: gap {gap['id']} closed."
    )
    assert told("gaps", "list") == "There are no open gaps."
    assert told("dead-letters", "list") == "There are no dead letters."
    log = (client.data / "logs" / "registration.log").read_text()
    [line] = [json.loads(each) for each in log.splitlines() if "events_resent" in each]
    assert (line["events"], line["by"]) == (again, "local-operator")
