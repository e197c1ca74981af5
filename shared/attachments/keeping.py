"""Attachments as a stage keeps them: kept, and opened by whoever has a link."""

import hashlib
import hmac
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import BinaryIO, NamedTuple
from uuid import UUID

from shared.attachments import records
from shared.attachments.kinds import Kind
from shared.attachments.objects import ObjectMissingError, Objects, ObjectsAwayError, open_objects
from shared.attachments.records import Attachment, Full, Hidden, New
from shared.attachments.sealing import AlteredError, new_key, opened, sealed
from shared.attachments.settings import AttachmentSettings
from shared.runtime import logging, metrics
from shared.runtime.database import Connection, Database
from shared.runtime.ids import new_id

PIECE = 262_144
"""That is read from a form at a time."""

log = logging.get(__name__)

Written = Callable[[Connection, Attachment], Awaitable[None]]
"""To be called in the transaction in which an attachment is kept."""


class Given(NamedTuple):
    """A file that was looked through."""

    supplier_id: UUID
    subject: str
    name: str
    kind: Kind
    file: BinaryIO
    size: int
    sha256: str


class LimitReachedError(Exception):
    """No more for now, of this firm or of all."""

    def __init__(self, limit: Full) -> None:
        super().__init__(limit)
        self.limit: Full = limit


class Attachments:
    """Of one stage."""

    def __init__(self, service: str, settings: AttachmentSettings, gone: str, objects: Objects | None = None) -> None:
        """`gone`: a query of the firms that left. `objects`: how a test has a store that is away."""
        self.settings = settings
        self.service = service
        self.gone = gone
        self.objects = objects or open_objects(settings)
        self._secret: bytes | None = None

    async def take(
        self, database: Database, given: Given, written: Written, hidden: Hidden | None = None
    ) -> Attachment:
        """Keep a file, or find the same one of the same firm, unless it is hidden from whoever gives it. Raises
        LimitReachedError and ObjectsAwayError: then nothing of it is on record.
        """
        said = (given.supplier_id, given.name, given.kind, given.size, given.sha256)
        new = New(new_id(), *said, new_key(), given.subject)
        async with database.transaction() as connection:
            before = await records.begin(connection, new, self.settings, hidden)
        if isinstance(before, Attachment):
            return before
        if before is not None:
            metrics.ATTACHMENTS.labels("refused").inc()
            raise LimitReachedError(before)
        try:
            await self.objects.put(self.path(new.supplier_id, new.id), sealed(new.key, pieces(given.file)))
        except ObjectsAwayError:
            async with database.connection() as connection:
                await records.give_up(connection, new.id)
            self._away("put")
            raise
        async with database.transaction() as connection:
            kept = await records.finish(connection, new.id)
            if kept is None:
                # It took longer than anybody waits, and was swept.
                raise ObjectsAwayError("swept")
            await written(connection, kept)
        metrics.ATTACHMENTS.labels("kept").inc()
        return kept

    async def open(self, database: Database, attachment: Attachment) -> AsyncIterator[bytes]:
        """Its content, in parts. Raises ObjectsAwayError; ObjectMissingError also of one that is erased."""
        async with database.connection() as connection:
            key = await records.key_of(connection, attachment.id)
        if key is None:
            raise ObjectMissingError
        try:
            parts = await self.objects.get(self.path(attachment.supplier_id, attachment.id))
        except ObjectsAwayError:
            self._away("get")
            raise
        except ObjectMissingError:
            # On record and not in the store of objects: that one was restored from an older copy.
            metrics.ATTACHMENTS.labels("missing").inc()
            log.error("attachment_missing", attachment=str(attachment.id))
            raise
        metrics.ATTACHMENTS.labels("read").inc()
        return self._unaltered(attachment, opened(key, parts))

    async def _unaltered(self, attachment: Attachment, parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        try:
            async for part in parts:
                yield part
        except AlteredError:
            metrics.ATTACHMENTS.labels("altered").inc()
            log.error("attachment_altered", attachment=str(attachment.id))
            raise

    async def signature(self, database: Database, attachment: Attachment, subject: str, until: int) -> str:
        """Of a link that opens it for one reader, up to this second of the epoch."""
        if self._secret is None:
            async with database.connection() as connection:
                self._secret = await records.secret(connection, secrets.token_bytes(32))
        said = f"{attachment.id}\n{until}\n{subject}".encode()
        return hmac.new(self._secret, said, hashlib.sha256).hexdigest()

    def path(self, supplier_id: UUID, id_: UUID) -> str:
        """Where its object is."""
        return f"{self.service}/{supplier_id}/{id_}"

    def _away(self, act: str) -> None:
        metrics.ATTACHMENTS.labels("away").inc()
        log.warning("attachments_away", act=act)


async def pieces(file: BinaryIO) -> AsyncIterator[bytes]:
    """A file from its beginning."""
    file.seek(0)
    while piece := file.read(PIECE):
        yield piece
