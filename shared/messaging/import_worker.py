"""Works off the files that were received: from where the process before got to, if one did."""

import asyncio
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from tempfile import TemporaryFile
from typing import Any, BinaryIO, ClassVar

from shared.files import table
from shared.files.faults import FileRefusedError, RowFault, row_fault
from shared.files.rows import Row, Sent, Wanted
from shared.files.table import Rows
from shared.messaging import imports
from shared.messaging.commands import Commands
from shared.messaging.importing import Importer, Kinds
from shared.messaging.imports import IMPORT_CHANNEL, Import, TakenOverError
from shared.messaging.retry import TRY_AGAIN
from shared.messaging.worker import WATCHDOG_S, Worker
from shared.runtime import logging
from shared.runtime.database import Connection, Database

BATCH = 100
"""Rows of one transaction: its locks are held for some tens of milliseconds, and this process answers nobody while it
makes the statements of them."""

MOST_ATTEMPTS = 5
"""A file whose process dies again and again, before a batch of it is in, may be why."""

SMALL_BYTES = 1_048_576
"""Some thousand rows."""

log = logging.get(__name__)


@dataclass(slots=True)
class _Batch:
    """Rows that are decided together."""

    line: int = 0
    read: int = 0
    asked: list[tuple[int, Any]] = field(default_factory=list)
    wrong: list[RowFault] = field(default_factory=list)
    sent: dict[int, Sequence[Sent]] = field(default_factory=dict)
    """All of them, by line, as they were sent."""


class ImportWorker(Worker):
    """Takes the oldest file in. Several processes share the work, a file each."""

    name: ClassVar[str] = "imports"
    channel: ClassVar[str] = IMPORT_CHANNEL
    most_bytes: ClassVar[int | None] = None

    def __init__(self, database: Database, service: str, kinds: Kinds) -> None:
        super().__init__(database)
        self._commands = Commands(database, service)
        self._kinds = kinds

    async def step(self, connection: Connection) -> float:
        begun = await imports.take(connection, [*self._kinds], self.most_bytes)
        if begun is None:
            return WATCHDOG_S
        importer = self._kinds[begun.kind](self._commands, self._database, begun)
        try:
            ended = await self._finish(connection, begun, importer)
        except TRY_AGAIN:
            raise
        except TakenOverError:
            ended = False
        except FileRefusedError as error:
            ended = await _end(connection, importer, "refused", error.reason, error.message, error.params)
        except Exception as error:  # noqa: BLE001 - whatever it is: the next file must not wait behind this one
            log.error("import_stopped", import_id=str(begun.id), kind=begun.kind, error=type(error).__name__)
            ended = await _end(connection, importer, "stopped", "import_failed")
        await imports.let_go(connection, begun.id)
        return 0 if ended else WATCHDOG_S

    async def _finish(self, connection: Connection, begun: Import, importer: Importer[Any]) -> bool:
        """False when asked to stop before all of it is in."""
        if begun.attempts > MOST_ATTEMPTS:
            raise RuntimeError("nobody gets on with it")
        with TemporaryFile() as file, TemporaryFile() as lines:
            await imports.spool(connection, begun.id, file)
            rows = await self._read(connection, file, importer.wanted, lines)
            if rows is None:
                return False
            await imports.counted(connection, begun.id, rows.count, rows.header if importer.returns_rows else None)
            await importer.begin(frozenset(rows.header.names))
            if not await self._take_in(connection, begun, importer, rows):
                return False
        refused = await importer.finish()
        if refused is None:
            return await _end(connection, importer, "done")
        return await _end(connection, importer, "refused", refused.code, refused.message, refused.params)

    async def _read(self, connection: Connection, file: BinaryIO, wanted: Wanted, lines: BinaryIO) -> Rows | None:
        """The rows; None when asked to stop before they are read."""
        reading = asyncio.create_task(table.read(file, wanted, lines))
        stopped = asyncio.create_task(self._stopped.wait())
        try:
            while not reading.done():
                await asyncio.wait({reading, stopped}, timeout=WATCHDOG_S, return_when=asyncio.FIRST_COMPLETED)
                if stopped.done():
                    return None
                await imports.still_there(connection)
            return reading.result()
        finally:
            stopped.cancel()
            reading.cancel()
            await asyncio.wait({reading})

    async def _take_in(self, connection: Connection, begun: Import, importer: Importer[Any], rows: Rows) -> bool:
        """False when asked to stop before all of them are decided."""
        seen: set[Hashable] = set()
        for some in _batches(rows):
            if self._stopped.is_set():
                return False
            batch = _Batch()
            for row in some:
                _look(row, importer, batch, seen, begun.line)
            if batch.read:
                begun = await _apply(importer, begun, batch)
            await imports.still_there(connection)
        return True


class SmallImportWorker(ImportWorker):
    """Takes small files in, which would wait long behind a large one."""

    name: ClassVar[str] = "small_imports"
    most_bytes: ClassVar[int | None] = SMALL_BYTES


IMPORTERS = (ImportWorker, SmallImportWorker)
"""Of a process: two files at once."""


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    left = iter(rows)
    while some := list(islice(left, BATCH)):
        yield some


def _look(row: Row, importer: Importer[Any], batch: _Batch, seen: set[Hashable], decided: int) -> None:
    """Put a row into the batch. Of those that were decided before, only what they were about counts."""
    template = importer.template
    asked = [template.left_in(row)] if template and template.is_example(row) else importer.read(row)
    wrong: list[RowFault] = asked if isinstance(asked, list) else []
    if not wrong and importer.repeated is not None:
        key = importer.key(asked)
        wrong = [row_fault(row.line, *importer.repeated)] if key in seen else []
        seen.add(key)
    if row.line <= decided:
        return
    batch.line, batch.read = row.line, batch.read + 1
    batch.sent[row.line] = row.sent
    if wrong:
        batch.wrong += wrong
    else:
        batch.asked.append((row.line, asked))


async def _apply(importer: Importer[Any], begun: Import, batch: _Batch) -> Import:
    """Decide a batch. Returns the import as it is then."""
    after = begun

    async def written(connection: Connection, outcomes: Mapping[str, int], refused: Sequence[RowFault]) -> None:
        nonlocal after
        accepted = sum(outcomes.values())
        after = replace(
            begun,
            line=batch.line,
            read=begun.read + batch.read,
            accepted=begun.accepted + accepted,
            refused=begun.refused + batch.read - accepted,
            outcomes=Counter(begun.outcomes) + Counter(outcomes),
        )
        wrong = sorted([*batch.wrong, *refused], key=lambda fault: fault.line)
        lines = dict.fromkeys(fault.line for fault in wrong) if importer.returns_rows else ()
        await imports.advance(connection, begun, after, wrong, [(line, batch.sent[line]) for line in lines])

    if batch.asked:
        await importer.apply(batch.asked, written)
    else:
        async with importer.database.transaction() as connection:
            await written(connection, {}, [])
    return after


async def _end(
    connection: Connection,
    importer: Importer[Any],
    state: imports.State,
    reason: str | None = None,
    message: str | None = None,
    params: Mapping[str, object] | None = None,
) -> bool:
    id_ = importer.begun.id
    await imports.end(connection, id_, state, reason, message or reason, params)
    if state != "done":
        # Afterwards: whoever went on with it would miss what is gone.
        await importer.discard()
    log.info("import_ended", import_id=str(id_), kind=importer.begun.kind, state=state, reason=reason)
    return True
