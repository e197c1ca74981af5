"""The register of erasures: which keys were destroyed and when, by ids alone, apart from the store and its backups.

A store that comes back from a moment before an erasure knows nothing of it, and may have the key again. What is here is
destroyed in it anew. Objects are only added: each says what was erased since the one before.
"""

import asyncio
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

import obstore
from obstore.exceptions import BaseError
from obstore.store import ObjectStore, from_url

from shared.runtime import logging
from shared.runtime.ids import new_id
from shared.sealing.keys import Name
from shared.sealing.settings import SealingSettings

FOLDER: Final = "file"

log = logging.get(__name__)


class RegisterAwayError(OSError):
    """The register does not answer, or refuses: what was asked may be asked again."""


class Register:
    """Of one service. The address: a folder of this machine, `file:///…`, or of a bucket, `s3://…`."""

    def __init__(self, address: str, service: str) -> None:
        self._address, self._service = address, service
        self._read: set[str] = set()
        self._known: dict[Name, datetime] = {}

    async def known(self) -> Mapping[Name, datetime]:
        """All that is in it, the last time of each. What was read is not read again; what cannot be read is passed by,
        and named in the log. Raises RegisterAwayError.
        """
        try:
            store = self._store()
            async for page in obstore.list(store, f"{self._service}/"):
                new = [each["path"] for each in page if each["path"] not in self._read]
                found = await asyncio.gather(*(obstore.get_async(store, path) for path in new))
                for path, each in zip(new, found, strict=True):
                    self._take(dict(_lines(path, bytes(await each.bytes_async()))))
                    self._read.add(path)
        except (BaseError, OSError) as error:
            raise RegisterAwayError(type(error).__name__) from error
        return self._known

    async def add(self, erased: Mapping[Name, datetime]) -> None:
        """Keep these. Raises RegisterAwayError."""
        path = f"{self._service}/{new_id()}"
        rows = [f"{name.person},{name.matter},{at.isoformat()}\n" for name, at in sorted(erased.items())]
        try:
            await obstore.put_async(self._store(), path, "".join(rows).encode())
        except (BaseError, OSError) as error:
            raise RegisterAwayError(type(error).__name__) from error
        self._take(erased)
        self._read.add(path)

    def _store(self) -> ObjectStore:
        """The folder is made when it is first needed."""
        is_folder = urlsplit(self._address).scheme == FOLDER
        return from_url(self._address, mkdir=True) if is_folder else from_url(self._address)

    def _take(self, erased: Mapping[Name, datetime]) -> None:
        for name, at in erased.items():
            self._known[name] = max(at, self._known.get(name, at))


def register_of(service: str) -> Register | None:
    """The one that this process was given; None where it was given none."""
    address = SealingSettings().erasures
    return Register(address, service) if address else None


def _lines(path: str, content: bytes) -> Iterator[tuple[Name, datetime]]:
    unreadable = 0
    for line in content.splitlines():
        try:
            yield _read(line.decode())
        except ValueError:
            unreadable += 1
    if unreadable:
        log.error("erasure_register_unreadable", object=path, lines=unreadable)


def _read(line: str) -> tuple[Name, datetime]:
    """Raises ValueError."""
    person, matter, at = line.split(",")
    time = datetime.fromisoformat(at)
    if time.tzinfo is None:
        raise ValueError(at)
    return Name(UUID(person), UUID(matter)), time
