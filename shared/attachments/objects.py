"""The object store: a folder of this machine or a bucket, by one API. Knows nothing of what is in it."""

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple, Protocol

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from shared.attachments.settings import AttachmentSettings

ONE_PUT: int = 5 * 1_048_576
"""Up to so many bytes go in at once; S3 takes no smaller parts."""
PARTS_AT_ONCE = 2
"""Of a larger one: so many are in memory."""
READ_BYTES = 262_144
"""That are read at a time."""
TIMES, WITHIN = 2, timedelta(seconds=10)
"""How often a request is tried again, and until when: its caller waits."""
STAGED = "*#*"
"""How a file is called in the folder until it is whole."""


class ObjectsAwayError(Exception):
    """The object store does not answer, or refuses. What was asked may be asked again."""


class ObjectMissingError(Exception):
    """There is no such object."""


class Found(NamedTuple):
    """An object that is there."""

    path: str
    at: datetime
    """When it was put there."""


class Objects(Protocol):
    """What attachments need of an object store."""

    async def put(self, path: str, parts: AsyncIterator[bytes]) -> None:
        """Put an object there, whole or not at all. Raises ObjectsAwayError."""

    async def get(self, path: str) -> AsyncIterator[bytes]:
        """An object, in parts. Raises ObjectsAwayError and ObjectMissingError, also while it is read."""

    async def remove(self, path: str) -> None:
        """Remove an object, if it is there. Raises ObjectsAwayError."""

    def list(self, prefix: str) -> AsyncIterator[Found]:
        """What is there below a prefix. Raises ObjectsAwayError."""

    async def sweep(self, before: datetime) -> int:
        """Remove what was begun before this and never finished, where the store itself does not. Returns how many."""


def open_objects(settings: AttachmentSettings) -> Objects:
    """The object store that the settings name. Connects to nothing yet."""
    if not settings.bucket:
        return _Objects(None, settings.folder)
    store = S3Store(
        settings.bucket,
        endpoint=settings.endpoint or None,
        region=settings.region,
        access_key_id=settings.account,
        secret_access_key=settings.secret_key.get_secret_value(),
        virtual_hosted_style_request=not settings.endpoint,
        client_options={
            "allow_http": settings.endpoint.startswith("http://"),
            "connect_timeout": timedelta(seconds=3),
            "timeout": timedelta(seconds=60),
        },
        retry_config={"max_retries": TIMES, "retry_timeout": WITHIN},
    )
    return _Objects(store, None)


class _Objects:
    def __init__(self, store: S3Store | None, folder: Path | None) -> None:
        self._bucket = store
        self._folder = None if folder is None else folder.absolute()

    @property
    def _store(self) -> S3Store | LocalStore:
        """The folder is made when it is first needed, and again where somebody removed it."""
        return self._bucket or LocalStore(self._folder, mkdir=True)

    async def put(self, path: str, parts: AsyncIterator[bytes]) -> None:
        start = bytearray()
        async for part in parts:
            start += part
            if len(start) > ONE_PUT:
                break
        try:
            if len(start) <= ONE_PUT:
                await obstore.put_async(self._store, path, bytes(start))
            else:
                await obstore.put_async(self._store, path, _after(start, parts), max_concurrency=PARTS_AT_ONCE)
        except (BaseError, OSError) as error:
            raise ObjectsAwayError(type(error).__name__) from error

    async def get(self, path: str) -> AsyncIterator[bytes]:
        try:
            found = await obstore.get_async(self._store, path)
        except FileNotFoundError as error:
            raise ObjectMissingError from error
        except (BaseError, OSError) as error:
            raise ObjectsAwayError(type(error).__name__) from error
        return _read(found)

    async def remove(self, path: str) -> None:
        try:
            with suppress(FileNotFoundError):
                await obstore.delete_async(self._store, path)
        except (BaseError, OSError) as error:
            raise ObjectsAwayError(type(error).__name__) from error

    async def list(self, prefix: str) -> AsyncIterator[Found]:
        try:
            async for page in obstore.list(self._store, prefix, chunk_size=500):
                for each in page:
                    yield Found(each["path"], each["last_modified"])
        except (BaseError, OSError) as error:
            raise ObjectsAwayError(type(error).__name__) from error

    async def sweep(self, before: datetime) -> int:
        """A bucket has a rule of its own for that (docs/runbook/disaster.md)."""
        if self._folder is None or not self._folder.is_dir():
            return 0
        staged = [each for each in self._folder.rglob(STAGED) if each.is_file()]
        old = [each for each in staged if each.stat().st_mtime < before.timestamp()]
        for each in old:
            each.unlink(missing_ok=True)
        return len(old)


async def _after(start: bytearray, parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield bytes(start)
    async for part in parts:
        yield part


async def _read(found: "obstore.GetResult") -> AsyncIterator[bytes]:
    try:
        async for part in found.stream(min_chunk_size=READ_BYTES):
            yield bytes(part)
    except (BaseError, OSError) as error:
        raise ObjectsAwayError(type(error).__name__) from error
