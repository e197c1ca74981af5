"""The register of erasures: which keys were destroyed and when, by ids alone, apart from the store and its backups.

A store that comes back from a moment before an erasure knows nothing of it, and may have the key again. What is here is
destroyed in it anew. Objects are only added: each says what was erased since the one before.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

import obstore
from obstore.exceptions import BaseError
from obstore.store import ObjectStore, from_url

from shared.runtime import logging
from shared.runtime.clock import now
from shared.runtime.ids import first_id, new_id
from shared.sealing.keys import AT_ONCE, Name
from shared.sealing.settings import SealingSettings

FOLDER: Final = "file"
CLOCKS_APART: Final = timedelta(hours=1)
"""Objects are named by the clock of whoever adds them. One that is passed by all the same is of another process of the
same store, which knows what is in it."""

log = logging.get(__name__)


class RegisterAwayError(OSError):
    """The register does not answer, or refuses: what was asked may be asked again."""


class Register:
    """Of one service. The address: a folder of this machine, `file:///…`, or of a bucket, `s3://…`."""

    def __init__(self, address: str, service: str) -> None:
        self._address, self._service = address, service
        self.start_over()

    def start_over(self) -> None:
        """Nothing of it counts as read."""
        self._read: set[str] = set()
        self._after: str | None = None
        """Behind which an object's name is that may not have been read."""

    async def unread(self) -> AsyncIterator[dict[Name, datetime]]:
        """What was not given before, by slices that let others have their turn; what cannot be read is passed by, and
        named in the log. Once all was given, only what is added since is asked for. Raises RegisterAwayError.
        """
        began = now()
        try:
            async for page in obstore.list(self._store(), f"{self._service}/", offset=self._after):
                new = [each["path"] for each in page if each["path"] not in self._read]
                async for erased in self._slices(new):
                    yield erased
                self._read.update(new)
        except (BaseError, OSError) as error:
            raise RegisterAwayError(type(error).__name__) from error
        self._after = f"{self._service}/{first_id(began - CLOCKS_APART)}"
        self._read = {path for path in self._read if path > self._after}

    async def known(self) -> dict[Name, datetime]:
        """All that is in it, the last time of each. Raises RegisterAwayError."""
        found: dict[Name, datetime] = {}
        async for erased in Register(self._address, self._service).unread():
            merge(found, erased)
        return found

    async def add(self, erased: Mapping[Name, datetime]) -> None:
        """Keep these. Raises RegisterAwayError."""
        path = f"{self._service}/{new_id()}"
        rows = [f"{name.person},{name.matter},{at.isoformat()}\n" for name, at in sorted(erased.items())]
        try:
            await obstore.put_async(self._store(), path, "".join(rows).encode())
        except (BaseError, OSError) as error:
            raise RegisterAwayError(type(error).__name__) from error
        self._read.add(path)

    async def _slices(self, paths: Sequence[str]) -> AsyncIterator[dict[Name, datetime]]:
        store = self._store()
        found = await asyncio.gather(*(obstore.get_async(store, path) for path in paths))
        erased: dict[Name, datetime] = {}
        for path, each in zip(paths, found, strict=True):
            for line in _lines(path, bytes(await each.bytes_async())):
                merge(erased, dict((line,)))
                if len(erased) == AT_ONCE:
                    yield erased
                    erased = {}
                    await asyncio.sleep(0)
        if erased:
            yield erased

    def _store(self) -> ObjectStore:
        """The folder is made when it is first needed."""
        is_folder = urlsplit(self._address).scheme == FOLDER
        return from_url(self._address, mkdir=True) if is_folder else from_url(self._address)


def merge(known: dict[Name, datetime], erased: Mapping[Name, datetime]) -> None:
    """Add these, each with its last time."""
    for name, at in erased.items():
        known[name] = max(at, known.get(name, at))


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
