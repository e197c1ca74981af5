"""Backups of a service's store: what it held at one moment, with the places of its groups on their topics.

The places are read before the store. A service commits its offsets after its store, so that the store holds the effect
of every record before them: a group that is set back to them loses nothing, and its inbox drops what comes twice.
"""

from __future__ import annotations

import asyncio
import json
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from deploy.engines.errors import DeployError
from deploy.engines.private import write_private
from deploy.local import services
from deploy.local.client import LocalClient
from deploy.local.layout import Layout
from deploy.local.supervisor import run_once
from deploy.provision import offsets
from deploy.provision.offsets import Place
from shared.runtime.clock import now
from shared.sealing.keys import INDEX, Name
from shared.sealing.register import Register

ABOUT, STORE = "backup.json", "store.dump"
KEYS_SUFFIX = ".keys"
"""Behind a backup's name: the keys of persons, in a file of their own that is kept for days, and not as long as it."""
DUMP_TIMEOUT = 3600.0

_FRESH = """
DROP DATABASE IF EXISTS {new} WITH (FORCE);
CREATE DATABASE {new} OWNER {name};
REVOKE ALL ON DATABASE {new} FROM PUBLIC;
"""
_TAKEN = "INSERT INTO backup VALUES ('{at}')"
_COUNTS = """
SELECT (SELECT count(*) FROM inbox),
       (SELECT count(*) FROM dead_letter WHERE closed_at IS NULL) + (SELECT count(*) FROM blocked_record)
"""
# But for records that were set aside: whether one of those comes again is an operator's word.
_FORGET_READ = "DELETE FROM inbox WHERE message_id NOT IN (SELECT id FROM dead_letter)"
# The one before stays under another name until the next restore, so that a restore can be taken back.
_SWAP = """
DROP DATABASE IF EXISTS {old} WITH (FORCE);
ALTER DATABASE {name} ALLOW_CONNECTIONS false;
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{name}';
BEGIN;
ALTER DATABASE {name} RENAME TO {old};
ALTER DATABASE {new} RENAME TO {name};
COMMIT;
ALTER DATABASE {old} ALLOW_CONNECTIONS true;
"""


_HAS_KEYS = "SELECT to_regclass('data_key') IS NOT NULL"
_KEYS = "COPY (SELECT person, matter, wrapped, made_at, destroyed_at FROM data_key{which}) TO STDOUT"
_LIVE = " WHERE wrapped IS NOT NULL"
_ERASED = "SELECT person, matter, destroyed_at FROM data_key WHERE wrapped IS NULL AND destroyed_at IS NOT NULL"
_BRING_KEYS = """
CREATE TEMPORARY TABLE brought (LIKE data_key);
COPY brought (person, matter, wrapped, made_at, destroyed_at) FROM STDIN;
{rows}\\.
INSERT INTO data_key SELECT * FROM brought ON CONFLICT DO NOTHING;
{own}
"""
# Of what was erased since no key comes along; the service finds it in the register, and takes out what is in clear.
_LEAVE_ERASED = """
CREATE TEMPORARY TABLE erased (person uuid, matter uuid, at timestamptz);
COPY erased FROM STDIN;
{rows}\\.
DELETE FROM data_key USING erased
WHERE (data_key.person, data_key.matter) = (erased.person, erased.matter) AND wrapped IS NOT NULL AND made_at <= at;
"""
# What the backup has of digests was made with its own key of these, and a store that served already has made another.
# One that was only wrapped anew since has the same time.
_OWN_INDEX = """
UPDATE data_key SET wrapped = brought.wrapped, made_at = brought.made_at FROM brought
WHERE data_key.person = '{index}' AND brought.person = data_key.person AND data_key.made_at <> brought.made_at;
"""
# Of the store before: its keys are in the one that took its place, where an erasure reaches them. No page is left.
_FORGET_KEYS = """
BEGIN;
CREATE TEMPORARY TABLE own AS SELECT * FROM data_key WHERE person = '{index}';
TRUNCATE data_key;
INSERT INTO data_key SELECT * FROM own;
COMMIT;
"""


class BackupError(DeployError):
    """The file is no backup of this service."""


@dataclass(frozen=True)
class Backup:
    """What a backup says of itself."""

    service: str
    taken_at: datetime
    places: tuple[Place, ...]


class Counts(NamedTuple):
    """Records, however often they came."""

    known: int
    stuck: int
    """Of these, dead letters and what waits behind one."""


def take(client: LocalClient, service: str, file: Path) -> Backup:
    """Write the file; the service goes on meanwhile. Raises the engines' errors and ``OSError``."""
    backup = Backup(service, now(), tuple(offsets.committed(client.admin(), service)))
    with tempfile.TemporaryDirectory(dir=file.absolute().parent, prefix=".backup-") as folder:
        store, about, whole = (Path(folder) / name for name in (STORE, ABOUT, "whole"))
        options = ("--format=custom", "--exclude-table-data=data_key", f"--file={store}")
        client.postgres.run("pg_dump", *options, service, timeout=DUMP_TIMEOUT)
        about.write_text(json.dumps({**asdict(backup), "taken_at": backup.taken_at.isoformat()}, indent=2))
        write_private(whole, "")  # a store holds what only its service may see
        with tarfile.open(whole, "w") as archive:
            for part in (about, store):
                archive.add(part, part.name)
        # After the store: each key of what the backup has sealed is in it. A backup without its keys is none.
        keep_keys(client, service, file)
        whole.rename(file)
    # The service shows when it was: an alert tells of a store that nobody backs up.
    client.postgres.execute(_TAKEN.format(at=backup.taken_at.isoformat()), service)
    return backup


def about(file: Path) -> Backup | None:
    """What a file says of itself, of which no more is read; None of one that is no backup. Raises ``OSError``."""
    try:
        with tarfile.open(file, "r:") as archive:
            first = archive.next()
            said = archive.extractfile(first) if first is not None and first.name == ABOUT else None
            return None if said is None else _read(json.load(said))
    except (tarfile.TarError, KeyError, ValueError, TypeError):
        return None


def is_whole(file: Path) -> bool:
    """Whether a backup has all of its store, which a copy that broke off has not. Raises ``OSError``."""
    try:
        with tarfile.open(file, "r:") as archive:
            store = archive.getmember(STORE)
            return store.offset_data + store.size <= file.stat().st_size
    except (tarfile.TarError, KeyError):
        return False


@contextmanager
def opened(file: Path, service: str) -> Iterator[tuple[Backup, Path]]:
    """The backup, and its store's dump for the time of the block. Raises ``BackupError``."""
    with tempfile.TemporaryDirectory(prefix="pdp-restore-") as folder:
        try:
            with tarfile.open(file) as archive:
                archive.extractall(folder, [archive.getmember(name) for name in (ABOUT, STORE)], filter="data")
            backup = _read(json.loads((Path(folder) / ABOUT).read_text()))
        except (tarfile.TarError, KeyError, ValueError, TypeError) as error:
            raise BackupError("backup", file=file) from error
        if backup.service != service:
            raise BackupError("backup_of", file=file, service=backup.service)
        yield backup, Path(folder) / STORE


def load(client: LocalClient, service: str, store: Path) -> None:
    """Read the dump into a database beside the service's own. Raises ``PostgresError``."""
    server, new = client.postgres, f"{service}_restored"
    server.execute(_FRESH.format(name=service, new=new))
    options = ("--no-owner", f"--role={service}", "--exit-on-error", "--single-transaction", f"--dbname={new}")
    server.run("pg_restore", *options, str(store), timeout=DUMP_TIMEOUT)


def keys_of(file: Path) -> Path:
    """Where the keys are of what a backup has sealed."""
    return file.with_name(file.name + KEYS_SUFFIX)


def keep_keys(client: LocalClient, service: str, file: Path) -> None:
    """Write them."""
    write_private(keys_of(file), client.postgres.execute(_KEYS.format(which=""), service))


def bring_keys(client: LocalClient, service: str, kept: Path | None) -> Mapping[Name, datetime]:
    """Give what was loaded and migrated the keys that the service's own store has now, and then those that were kept
    with a backup; but none of what the register says was erased, which is returned. The store's own key of digests is
    the backup's. Raises ``PostgresError`` and ``RegisterAwayError``.
    """
    restored = f"{service}_restored"
    erased = asyncio.run(_registered(client, service))
    now_has = client.postgres.execute(_KEYS.format(which=_LIVE), service)
    then_had = "" if kept is None else kept.read_text()
    for rows, own in ((now_has, ""), (then_had, _OWN_INDEX.format(index=INDEX.person))):
        client.postgres.execute(_BRING_KEYS.format(rows=rows, own=own), restored)
    rows = "".join(f"{name.person}\t{name.matter}\t{at.isoformat()}\n" for name, at in erased.items())
    client.postgres.execute(_LEAVE_ERASED.format(rows=rows), restored)
    return erased


async def _registered(client: LocalClient, service: str) -> Mapping[Name, datetime]:
    """What was ever erased, with what the store that is replaced has not brought the register yet."""
    register = Register(Layout(client.data).erasures.absolute().as_uri(), service)
    known = await register.known()
    rows = [row.split("|") for row in client.postgres.execute(_ERASED, service).splitlines()]
    here = {Name(UUID(person), UUID(matter)): datetime.fromisoformat(at) for person, matter, at in rows}
    if new := {name: at for name, at in here.items() if name not in known or known[name] < at}:
        await register.add(new)
    return await register.known()


def stand(client: LocalClient, service: str) -> bool:
    """Where the service's own store is gone or empty, an empty one with its tables stands in its place: what is read
    of the one before is nothing then. Returns whether it was there. Raises ``PostgresError`` and ``BackupError``.
    """
    client.postgres.ensure_database(service)
    if client.postgres.execute(_HAS_KEYS, service).strip() == "t":
        return True
    migrate(client, service, service)
    return False


def migrate(client: LocalClient, service: str, database: str) -> None:
    """Bring a database of the service to this checkout's revision. Raises ``BackupError``."""
    server, _, _ = client.postgres.ensure_database(service).rpartition("/")
    migration = services.migration(Layout(client.data), {service: f"{server}/{database}"})
    if asyncio.run(run_once(migration)) != 0:
        raise BackupError("migration", log=migration.log)


def swap(client: LocalClient, service: str) -> None:
    """Put what was loaded in the place of the service's own database, which keeps no keys of persons. The service must
    be down, and the keys be brought.
    """
    names = {"name": service, "new": f"{service}_restored", "old": f"{service}_replaced"}
    client.postgres.execute(_SWAP.format(**names))
    client.postgres.execute(_FORGET_KEYS.format(index=INDEX.person), names["old"])


def counts(client: LocalClient, service: str) -> Counts:
    """What the service's store has of its topics."""
    return Counts(*map(int, client.postgres.execute(_COUNTS, service).split("|")))


def forget_read(client: LocalClient, service: str) -> None:
    """Have the service take every event again that it reads again. Only right where it decides nothing."""
    client.postgres.execute(_FORGET_READ, service)


def _read(found: dict[str, Any]) -> Backup:
    places = tuple(Place(**place) for place in found["places"])
    return Backup(found["service"], datetime.fromisoformat(found["taken_at"]), places)
