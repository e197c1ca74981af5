"""Makes the audit log prove itself: rows become leaves of a Merkle tree, and its root is signed and published."""

import asyncio
from typing import ClassVar

from shared.contracts.audit import AuditSealed, log_id, log_of
from shared.contracts.event import Actor, Cause
from shared.messaging import audit
from shared.messaging.unit_of_work import UnitOfWork
from shared.messaging.worker import WATCHDOG_S, Worker
from shared.runtime import logging
from shared.runtime.clock import now
from shared.runtime.database import Connection, Database, columns
from shared.runtime.ids import new_id, text_of
from shared.security.merkle import Tree, leaf_hash
from shared.security.notes import Checkpoint, Signer

ROUND = 5_000
"""Rows of one checkpoint at most: some tens of milliseconds of hashing."""

SEALER_LOCK = 0x5044_5004
"""Advisory lock of the sealer, one per database and so per service."""

_UNSEALED = """
    SELECT a.id, a.at, a.action, a.actor, a.about, a.correlation_id
    FROM audit_unsealed AS u JOIN audit AS a USING (id) ORDER BY u.id LIMIT $1
"""
_LAST = "SELECT size, peaks FROM audit_checkpoint ORDER BY size DESC LIMIT 1"
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
            last = await connection.fetchrow(_LAST)
            tree = Tree() if last is None else Tree.of(last["size"], last["peaks"])
            leaves = [(position, entry.id, leaf_hash(entry.leaf)) for position, entry in enumerate(entries, tree.size)]
            for _, _, leaf in leaves:
                tree.append(leaf)
            await connection.execute(_LEAVES, *columns(leaves))
            await connection.execute(_DONE, [entry.id for entry in entries])
            work = await self._checkpoint(connection, tree)
        work.tell()
        log.info("audit_sealed", size=tree.size, added=len(entries))
        return len(entries)

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
