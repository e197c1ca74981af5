"""Whether an audit log is the one that was signed: its rows against the checkpoints that were published meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from shared.contracts.audit import log_of
from shared.messaging.actors import UNREADABLE
from shared.messaging.audit import Entry
from shared.security.merkle import HASH_BYTES, Tree, includes, inclusion, leaf_hash
from shared.security.notes import Checkpoint, NoteError, opened

SEALED_WITHIN = timedelta(minutes=10)
"""The sealer comes each minute: a row that is older and has no leaf was left out, or the sealer does not work."""

MOST_ROWS = 100_000_000
"""A row says its position, and so how much is kept for those before it. No log comes near it."""

Kind = Literal["altered", "removed", "cut_off", "unsealed", "unsigned", "differs", "unreadable"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a log, and where."""

    kind: Kind
    first: int
    """The row's id; of what is missing the first position; of a checkpoint its size, or which it is."""
    last: int
    """Of what is missing the last position; else the same."""


@dataclass(slots=True)
class Leaves:
    """What of a log's rows its proof needs: 33 bytes of each, whatever they say, of a million rows and more."""

    altered: list[int] = field(default_factory=list)
    """Ids of rows that are not what was sealed."""
    unreadable: list[int] = field(default_factory=list)
    """Ids of rows of which nobody can read who acted."""
    late: list[int] = field(default_factory=list)
    """Ids of rows that nobody sealed in time."""
    _hashes: bytearray = field(default_factory=bytearray)
    _there: bytearray = field(default_factory=bytearray)

    @classmethod
    def of(cls, rows: Iterable[Entry], now: datetime) -> Leaves:
        """Of all rows of a log, in any order."""
        leaves = cls()
        for row in rows:
            leaves.add(row)
            if row.actor == UNREADABLE:
                leaves.unreadable.append(row.id)
            if row.position is None and now - row.at > SEALED_WITHIN:
                leaves.late.append(row.id)
        return leaves

    def add(self, row: Entry) -> None:
        if (at := row.position) is None:
            return
        leaf = leaf_hash(row.leaf)
        if leaf != row.hash or not 0 <= at < MOST_ROWS:
            self.altered.append(row.id)
        if 0 <= at < MOST_ROWS:
            if (missing := at + 1 - len(self._there)) > 0:
                self._there.extend(bytes(missing))
                self._hashes.extend(bytes(HASH_BYTES * missing))
            self._there[at] = 1
            self._hashes[HASH_BYTES * at : HASH_BYTES * (at + 1)] = leaf

    def __len__(self) -> int:
        """One more than the last position that a row has."""
        return len(self._there)

    def __getitem__(self, position: int) -> bytes:
        """Zeros where no row is."""
        if not 0 <= position < len(self):
            raise IndexError(position)
        return bytes(self._hashes[HASH_BYTES * position : HASH_BYTES * (position + 1)])

    def missing(self, size: int) -> Iterator[int]:
        """Positions below this size that no row has, and a later row's is beyond."""
        at = self._there.find(0, 0, size)
        while at >= 0:
            yield at
            at = self._there.find(0, at + 1, size)


def findings(service: str, leaves: Leaves, notes: Iterable[str], key: str) -> Iterator[Finding]:
    """All that is wrong. `notes` are whatever checkpoints were kept anywhere."""
    checkpoints: dict[int, bytes] = {}
    found = [
        *_read(service, notes, key, checkpoints),
        *(Finding("altered", id_, id_) for id_ in leaves.altered),
        *_missing(leaves, max(checkpoints, default=0)),
    ]
    yield from found or _differing(leaves, checkpoints)
    yield from (Finding("unreadable", id_, id_) for id_ in leaves.unreadable)
    yield from (Finding("unsealed", id_, id_) for id_ in leaves.late)


def _read(service: str, notes: Iterable[str], key: str, checkpoints: dict[int, bytes]) -> Iterator[Finding]:
    """Two that differ in their roots are two logs."""
    for number, note in enumerate(notes):
        try:
            checkpoint = opened(note, key)
        except NoteError:
            yield Finding("unsigned", number, number)
            continue
        size, known = checkpoint.size, checkpoints.setdefault(checkpoint.size, checkpoint.root)
        if known != checkpoint.root or checkpoint.origin != log_of(service):
            yield Finding("differs", size, size)


def _missing(leaves: Leaves, size: int) -> Iterator[Finding]:
    """Each position below the longest checkpoint that no row has; at the end it is a log that was cut off."""
    for position in leaves.missing(size):
        yield Finding("removed", position, position)
    if len(leaves) < size:
        yield Finding("cut_off", len(leaves), size - 1)


def _differing(leaves: Leaves, checkpoints: dict[int, bytes]) -> Iterator[Finding]:
    """The first checkpoint that the rows do not lead to, where each row by itself looks right."""
    tree = Tree()
    for position in range(max(checkpoints, default=0)):
        tree.append(leaves[position])
        if checkpoints.get(tree.size, tree.root) != tree.root:
            yield Finding("differs", tree.size, tree.size)
            return


def prove(service: str, rows: Iterable[Entry], id_: int, notes: Iterable[str], key: str) -> dict[str, Any] | None:
    """That a row is in the log: what whoever has the key can check alone. None where no checkpoint covers it yet."""
    leaves, wanted = Leaves(), None
    for row in rows:
        leaves.add(row)
        wanted = row if row.id == id_ else wanted
    if wanted is None or wanted.position is None:
        return None
    for note in sorted(notes, key=lambda each: _opened(each, key).size, reverse=True):
        size, root = _opened(note, key)[1:]
        covered = wanted.position < size <= len(leaves)
        path = inclusion(wanted.position, [leaves[at] for at in range(size)]) if covered else []
        if includes(leaf_hash(wanted.leaf), wanted.position, size, path, root):
            return {
                "log": log_of(service),
                "entry": wanted.leaf.decode(),
                "position": wanted.position,
                "path": [each.hex() for each in path],
                "checkpoint": note,
                "key": key,
            }
    return None


def _opened(note: str, key: str) -> Checkpoint:
    try:
        return opened(note, key)
    except NoteError:
        return Checkpoint("", 0, b"")
