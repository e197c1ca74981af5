"""Makes the audit log prove itself: rows become leaves of a Merkle tree, and its root is signed and published."""

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from shared.contracts.audit import AuditSealed, log_id, log_of
from shared.contracts.event import Actor, Cause
from shared.messaging import actors, audit
from shared.messaging.unit_of_work import UnitOfWork
from shared.messaging.worker import WATCHDOG_S, Worker
from shared.runtime import logging
from shared.runtime.clock import now
from shared.runtime.database import Connection, Database, columns
from shared.runtime.ids import new_id, text_of
from shared.security.merkle import Tree, leaf_hash
from shared.security.notes import Checkpoint, NoteError, Signer, opened

ROUND = 5_000
"""Rows of one checkpoint at most: some tens of milliseconds of hashing."""

SEALER_LOCK = 0x5044_5004
"""Advisory lock of the sealer, one per database and so per service."""

_UNSEALED = """
    SELECT a.id, a.at, a.action, a.actor, a.about, a.correlation_id FROM audit_unsealed AS u
    CROSS JOIN LATERAL (SELECT * FROM audit WHERE audit.id = u.id LIMIT 1) AS a ORDER BY u.id LIMIT $1
"""
_LAST = "SELECT size, peaks, note FROM audit_checkpoint ORDER BY size DESC LIMIT 100"
_LEAVES = """
    INSERT INTO audit_leaf (position, audit_id, hash) SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bytea[])
"""
_CHECKPOINT = "INSERT INTO audit_checkpoint (size, at, peaks, note) VALUES ($1, $2, $3, $4)"
_DONE = "DELETE FROM audit_unsealed WHERE id = ANY($1::bigint[])"

log = logging.get(__name__)


class Sealer(Worker):
    """One leader of a service seals what was recorded, about each minute, as long as there is something new.

    What is under way at that moment is not seen, and sealed the next time: the to-do list is a set, as the outbox is.
    """

    name: ClassVar[str] = "sealer"
    channel: ClassVar[str] = "audit"
    lock: int | None = SEALER_LOCK

    def __init__(self, database: Database, service: str, key: str, every_s: float) -> None:
        """`key`: the seed of the signing key, 32 bytes in hexadecimal digits. Raises ValueError."""
        super().__init__(database)
        self._service = service
        self._signer = Signer.of(log_of(service), key)
        self._every_s = every_s
        self._due = 0.0
        """Loop time of the next checkpoint."""

    async def step(self, connection: Connection) -> float:
        clock = asyncio.get_running_loop().time
        if (wait := self._due - clock()) > 0:
            return wait
        sealed = await self.seal(connection)
        if sealed == ROUND:
            return 0
        if not sealed:
            return WATCHDOG_S
        self._due = clock() + self._every_s
        return self._every_s

    async def seal(self, connection: Connection) -> int:
        """Seal what is not yet, up to `ROUND` rows, in one transaction. Returns how many."""
        async with connection.transaction():
            entries = [audit.entry(**row) for row in await connection.fetch(_UNSEALED, ROUND)]
            if not entries:
                return 0
            for each in entries:
                if each.actor == actors.UNREADABLE:
                    log.error("audit_row_unreadable", id=each.id)
            tree = self._tree([(row["size"], row["peaks"], row["note"]) for row in await connection.fetch(_LAST)])
            leaves = [(position, entry.id, leaf_hash(entry.leaf)) for position, entry in enumerate(entries, tree.size)]
            for _, _, leaf in leaves:
                tree.append(leaf)
            await connection.execute(_LEAVES, *columns(leaves))
            await connection.execute(_DONE, [entry.id for entry in entries])
            work = await self._checkpoint(connection, tree)
        await work.tell()
        log.info("audit_sealed", size=tree.size, added=len(entries))
        return len(entries)

    def _tree(self, last: Sequence[tuple[int, bytes, str]]) -> Tree:
        """The tree of the last checkpoint that this key signed: who has the store's password can write others. After a
        change of keys there is none, and the last one counts.
        """
        signed = [(size, peaks) for size, peaks, note in last if self._is_signed(size, note)]
        found = signed or [(size, peaks) for size, peaks, _ in last]
        return Tree.of(*found[0]) if found else Tree()

    def _is_signed(self, size: int, note: str) -> bool:
        try:
            return opened(note, self._signer.public).size == size
        except NoteError:
            return False

    async def _checkpoint(self, connection: Connection, tree: Tree) -> UnitOfWork:
        """Sign the tree as it is now, keep that and publish it."""
        at = now()
        note = self._signer.sign(Checkpoint(self._signer.name, tree.size, tree.root))
        await connection.execute(_CHECKPOINT, tree.size, at, tree.kept, note)
        work = UnitOfWork(connection, self._service, at)
        name = self._service
        sealed = AuditSealed(log_id=log_id(name), service=name, size=tree.size, note=note, sealed_at=at)
        work.emit(sealed, Cause(text_of(new_id()), actor=Actor(self.name)))
        await work.flush()
        return work
