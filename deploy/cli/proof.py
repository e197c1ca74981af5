"""Whether an audit log is the one that was signed: its rows against the checkpoints that were published meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from shared.contracts.audit import log_of
from shared.messaging.audit import Entry
from shared.security.merkle import Tree, includes, inclusion, leaf_hash
from shared.security.notes import Checkpoint, NoteError, opened

SEALED_WITHIN = timedelta(minutes=10)
"""The sealer comes each minute: a row that is older and has no leaf was left out, or the sealer does not work."""

Kind = Literal["altered", "removed", "cut_off", "unsealed", "unsigned", "differs"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a log, and where."""

    kind: Kind
    first: int
    """The row's id; of what is missing the first position; of a checkpoint its size, or which it is."""
    last: int
    """Of what is missing the last position; else the same."""


def findings(service: str, rows: Sequence[Entry], notes: Iterable[str], key: str, now: datetime) -> Iterator[Finding]:
    """All that is wrong. `rows` are all of the log's, in any order; `notes` whatever checkpoints were kept anywhere."""
    leaves = {row.position: leaf_hash(row.leaf) for row in rows if row.position is not None}
    checkpoints: dict[int, bytes] = {}
    found = [
        *_read(service, notes, key, checkpoints),
        *(
            Finding("altered", row.id, row.id)
            for row in rows
            if row.position is not None and leaves[row.position] != row.hash
        ),
        *_missing(leaves.keys(), max(checkpoints, default=0)),
    ]
    yield from found or _differing(leaves, checkpoints)
    late = (row for row in rows if row.position is None and now - row.at > SEALED_WITHIN)
    yield from (Finding("unsealed", row.id, row.id) for row in late)


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


def _missing(there: Iterable[int], size: int) -> Iterator[Finding]:
    """Each run of positions below the longest checkpoint that no row has: the last one is a log that was cut off."""
    known = set(there)
    end = max(known, default=-1) + 1
    gone = [position for position in range(min(end, size)) if position not in known]
    for position in gone:
        yield Finding("removed", position, position)
    if end < size:
        yield Finding("cut_off", end, size - 1)


def _differing(leaves: dict[int, bytes], checkpoints: dict[int, bytes]) -> Iterator[Finding]:
    """The first checkpoint that the rows do not lead to, where each row by itself looks right."""
    tree = Tree()
    for position in range(max(checkpoints, default=0)):
        tree.append(leaves[position])
        if checkpoints.get(tree.size, tree.root) != tree.root:
            yield Finding("differs", tree.size, tree.size)
            return


def prove(service: str, rows: Sequence[Entry], id_: int, notes: Iterable[str], key: str) -> dict[str, Any] | None:
    """That a row is in the log: what whoever has the key can check alone. None where no checkpoint covers it yet."""
    leaves = [leaf_hash(row.leaf) for row in sorted(rows, key=_position) if row.position is not None]
    row = next((row for row in rows if row.id == id_), None)
    if row is None or row.position is None:
        return None
    for note in sorted(notes, key=lambda each: _opened(each, key).size, reverse=True):
        size, root = _opened(note, key)[1:]
        path = inclusion(row.position, leaves[:size]) if row.position < size <= len(leaves) else []
        if includes(leaf_hash(row.leaf), row.position, size, path, root):
            return {
                "log": log_of(service),
                "entry": row.leaf.decode(),
                "position": row.position,
                "path": [each.hex() for each in path],
                "checkpoint": note,
                "key": key,
            }
    return None


def _position(row: Entry) -> int:
    return -1 if row.position is None else row.position


def _opened(note: str, key: str) -> Checkpoint:
    try:
        return opened(note, key)
    except NoteError:
        return Checkpoint("", 0, b"")
