"""Where a word stands in a platform's folder: in files as they lie there, and in what is packed in them."""

import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

from deploy.local.backups import STORE
from deploy.local.client import LocalClient
from deploy.provision.reader import Reader
from deploy.target.services import present

GROUP = "pdp-standing"
BACKUPS = "*.backup"


def standing(client: LocalClient, *words: str) -> dict[str, set[str]]:
    """In which places each of these words is: of Kafka, PostgreSQL, logs, mail, backups and whatever else."""
    found = {word: set[str]() for word in words}
    for place, kept in (*_files(client.data), *_records(client), *_tables(client), *_backups(client)):
        for word, places in found.items():
            # Bytes of an event stand in a dump by their digits.
            if word.lower().encode() in kept or word.encode().hex().encode() in kept:
                places.add(place)
    return found


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for file in folder.rglob("*"):
        if file.is_file():
            yield str(file.relative_to(folder)), file.read_bytes().lower()


def _records(client: LocalClient) -> Iterator[tuple[str, bytes]]:
    """Of every topic, unpacked: what lies in Kafka's files is compressed."""
    topics = [name for name in client.admin().list_topics(timeout=10).topics if not name.startswith("__")]
    with Reader(client.connection(), GROUP, topics) as reader:
        for entry in reader.past():
            yield f"topic {entry.topic}", (entry.key or b"").lower() + b"\n" + (entry.value or b"").lower()


def _tables(client: LocalClient) -> Iterator[tuple[str, bytes]]:
    for service in present():
        yield f"tables of {service}", client.postgres.run("pg_dump", "--data-only", service).lower().encode()


def _backups(client: LocalClient) -> Iterator[tuple[str, bytes]]:
    for file in client.data.rglob(BACKUPS):
        with tempfile.TemporaryDirectory() as folder, tarfile.open(file) as archive:
            archive.extract(STORE, folder, filter="data")
            dump = client.postgres.run("pg_restore", "--file=-", f"{folder}/{STORE}")
            yield f"backup {file.name}", dump.lower().encode()
