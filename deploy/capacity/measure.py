"""`python -m deploy.capacity.measure`: what a program run to its end has left behind, as `program.json`.

Run `pdp demo --keep` first. Events and bytes are counted on the topics and in the stores of that demo.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from deploy.cli.installation import DEMO
from deploy.demo.stores import Stores
from deploy.local.client import LocalClient
from deploy.local.layout import Layout
from deploy.local.state import data_folder
from deploy.provision.reader import Entry, Reader
from shared.messaging.codec import Poison, Record, decode
from shared.messaging.tables import NAMES
from shared.messaging.topics import catalogue
from shared.runtime.clock import now
from shared.runtime.database import Database

FILE = Path(__file__).with_name("program.json")
GROUP = "pdp-demo-audit"

# An index has a page before its first entry: without those pages, four hundred suppliers look like many more.
_SIZES = """
    SELECT c.relname AS name, pg_total_relation_size(c.oid) - 8192 * (
        SELECT count(*) FROM pg_index WHERE indrelid IN (c.oid, c.reltoastrelid)
    ) AS bytes
    FROM pg_class AS c
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
"""
_COUNTS = "SELECT (SELECT count(*) FROM inbox) AS consumed, (SELECT count(*) FROM journal) AS decided"


def main() -> None:
    """Measure and write. Raises `NotRunningError` where no demo was kept."""
    FILE.write_text(json.dumps(asyncio.run(measured()), indent=2) + "\n", encoding="utf-8")


async def measured() -> dict[str, Any]:
    """Everything that the model takes from a demo; bytes and counts are of the whole demo."""
    client = LocalClient.of_running(data_folder() / DEMO)
    topics = _topics(client)
    async with Stores.opened(client) as stores:
        services = {name: await _store(database) for name, database in stores.databases.items()}
        found = await _program(stores)
    return {
        "how": "pdp demo --keep, then python -m deploy.capacity.measure",
        "at": f"{now():%Y-%m-%d}",
        **found,
        "topics": topics,
        "services": services,
    }


async def _program(stores: Stores) -> dict[str, int]:
    asked = {
        "suppliers": ("registration", "SELECT count(*) FROM supplier"),
        "anchors": ("registration", "SELECT count(*) FROM anchor"),
        "requirements": ("matching", "SELECT count(*) FROM requirement WHERE status = 'open'"),
        "offered_areas": ("matching", "SELECT count(*) FROM offering_area"),
        "matches": ("matching", "SELECT count(*) FROM match"),
    }
    found = {}
    for name, (service, query) in asked.items():
        async with stores.databases[service].connection() as connection:
            found[name] = int(await connection.fetchval(query))
    return found


def _topics(client: LocalClient) -> dict[str, Any]:
    """Who writes and reads, events by type, their bytes, what the log keeps of them. Partners are taken together."""
    codes = [partner.code for partner in client.partners.all()]
    found: dict[str, Any] = defaultdict(lambda: {"events": Counter(), "bytes": 0, "log_bytes": 0})
    logs = Layout(client.data).kafka
    names = [topic.name for topic in catalogue(codes)]
    with Reader(client.connection(), GROUP, names) as reader:
        for entry in reader.past():
            row = found[_together(entry.topic)]
            row["events"][_type(entry)] += 1
            row["bytes"] += len(entry.key or b"") + len(entry.value or b"")
    for name in names:
        for segment in logs.rglob(f"{name}-*/*.log"):
            found[_together(name)]["log_bytes"] += segment.stat().st_size
    kept = {topic.name: {"writer": topic.writer, "readers": topic.readers} for topic in catalogue(["*"])}
    return {name: {**kept[name], **row} for name, row in sorted(found.items())}


def _together(topic: str) -> str:
    return re.sub(r"^partner\.[^.]+\.", "partner.*.", topic)


def _type(entry: Entry) -> str:
    """The event's type; the demo's own garbage has none."""
    found = decode(Record(entry.topic, entry.partition, entry.offset, entry.key, entry.value))
    return "garbage" if isinstance(found, Poison) else found.envelope.data.TYPE


async def _store(database: Database) -> dict[str, int]:
    async with database.connection() as connection:
        counts = await connection.fetchrow(_COUNTS)
        sizes = {row["name"]: int(row["bytes"]) for row in await connection.fetch(_SIZES)}
    journal = sum(bytes_ for name, bytes_ in sizes.items() if name.startswith("journal_"))
    technical = {name for name in sizes if name in NAMES or name.startswith("journal_")}
    return {
        **{name: int(value) for name, value in dict(counts or {}).items()},
        "journal_bytes": journal,
        "inbox_bytes": sizes["inbox"],
        "state_bytes": sum(bytes_ for name, bytes_ in sizes.items() if name not in technical),
    }


if __name__ == "__main__":
    main()
