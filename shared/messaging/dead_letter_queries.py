"""What operators see of a service's dead letters: pages, one with all about it, and those that a selection fits."""

import base64
import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from shared.i18n.fields import wrong
from shared.runtime.database import Connection

WAITING_SHOWN = 20
DIGEST = re.compile(r"[0-9a-f]{64}")
VALUE_NOT_KEPT = "value_not_kept"
"""What a replay fails with where only a record's place is known, and perhaps size and hash."""
HIDDEN = "partner."
"""Beginning of the topics that hold personal data: their bytes stay in the store."""

_FIELDS = """
    d.id, d.topic, d.partition, d."offset", d.key, d.event_id, d.event_type, d.reason, d.error, d.at, d.attempts,
    d.resolution, d.closed_at,
    (SELECT count(*) FROM blocked_key AS k JOIN blocked_record AS p USING (topic, key)
        WHERE (k.topic, k.key) = (d.topic, d.key) AND k.dead_letter_id = d.id) AS behind
"""
_FITS = """
    ($1 OR d.closed_at IS NULL) AND ($2::text IS NULL OR d.reason = $2) AND ($3::bytea IS NULL OR d.key = $3)
    AND ($4::text IS NULL OR d.topic = $4) AND ($5::uuid[] IS NULL OR d.id = ANY($5))
    AND ($6::uuid IS NULL OR (d.at, d.topic, d.partition, d."offset") >
        (SELECT a.at, a.topic, a.partition, a."offset" FROM dead_letter AS a WHERE a.id = $6))
    AND ($7::text IS NULL OR starts_with(d.id::text, $7))
"""
_ORDER = 'ORDER BY d.at, d.topic, d.partition, d."offset"'
_LIST = f"SELECT {_FIELDS} FROM dead_letter AS d WHERE {_FITS} {_ORDER} LIMIT $8"
_IDS = f"SELECT d.id FROM dead_letter AS d WHERE {_FITS} {_ORDER} LIMIT $8"
_COUNT = f"SELECT count(*) FROM dead_letter AS d WHERE {_FITS}"
_SHOW = f"SELECT {_FIELDS}, d.value FROM dead_letter AS d WHERE d.id = $1"
_ACTIONS = """
    SELECT action, by, at, reason, error, released FROM dead_letter_action WHERE dead_letter_id = $1 ORDER BY id
"""
_WAITING = """
    SELECT p.partition, p."offset", p.at FROM blocked_key AS k JOIN blocked_record AS p USING (topic, key)
    WHERE k.dead_letter_id = $1 ORDER BY p.seq LIMIT $2
"""


class _Fitting(BaseModel):
    """Those that fit all that is given."""

    reason: str | None = Field(default=None, max_length=100)
    key: str | None = Field(default=None, max_length=1000)
    """As shown: a UUID where the record was one of ours."""
    topic: str | None = Field(default=None, max_length=249)


class Filter(_Fitting):
    """Which to list."""

    id_begins: str | None = Field(default=None, max_length=36)
    closed: bool = False
    """Those too that nothing is left to do for."""


class Selection(_Fitting):
    """Which to replay or discard."""

    model_config = ConfigDict(extra="forbid")

    after: UUID | None = None
    """A dead letter: only those that follow it in the order, which is oldest first and as on the topic."""
    ids: tuple[UUID, ...] | None = Field(default=None, max_length=1000)
    all: bool = Field(default=False, validate_default=True)
    """Said aloud by whoever means every one."""

    @field_validator("all")
    @classmethod
    def _names_something(cls, all_: bool, others: ValidationInfo) -> bool:  # noqa: FBT001 - pydantic calls it
        named = [others.data.get(name, True) for name in ("ids", "reason", "key", "topic")]
        if not (all_ or any(named)):
            raise wrong("fields.some_of", names="ids, reason, key, topic, all")
        return all_


class DeadLetterView(BaseModel):
    id: UUID
    topic: str
    partition: int
    offset: int
    key: str | None
    event_id: str | None
    event_type: str | None
    reason: str
    error: str
    at: datetime
    attempts: int
    resolution: str | None
    closed_at: datetime | None
    """When nothing was left to do: neither for the record nor for what waited behind it."""
    behind: int
    """Records that wait for this one."""


class Action(BaseModel):
    action: str
    by: str
    at: datetime
    reason: str | None
    error: str | None
    released: int


class Waiting(BaseModel):
    partition: int
    offset: int
    at: datetime


class Content(DeadLetterView):
    """All about one dead letter."""

    attributes: dict[str, Any] | None = None
    """The event's attributes, and its `data`, where the record is a JSON object of a stage's topic."""
    data: Any = None
    raw_base64: str | None = None
    """The record's value where it is none."""
    hidden: bool
    actions: list[Action]
    waiting: list[Waiting]
    """The first of those behind it, in order."""


async def page(connection: Connection, wanted: Filter, after: UUID | None, limit: int) -> list[DeadLetterView]:
    """The first of those that fit and follow `after`, the oldest first; the closed ones too where asked for."""
    rows = await connection.fetch(_LIST, wanted.closed, *_values(wanted, after), limit)
    return [DeadLetterView(**_readable(dict(row))) for row in rows]


async def content(connection: Connection, letter_id: UUID) -> Content | None:
    row = await connection.fetchrow(_SHOW, letter_id)
    if row is None:
        return None
    fields = dict(row)
    value: bytes | None = fields.pop("value")
    hidden = fields["topic"].startswith(HIDDEN)
    return Content(
        **_readable(fields),
        **({} if hidden else _decoded(value)),
        hidden=hidden,
        actions=[Action(**dict(action)) for action in await connection.fetch(_ACTIONS, letter_id)],
        waiting=[Waiting(**dict(one)) for one in await connection.fetch(_WAITING, letter_id, WAITING_SHOWN)],
    )


async def open_ids(connection: Connection, wanted: Selection, limit: int) -> list[UUID]:
    """The first open dead letters that fit, in the order in which they are to be resolved."""
    return [row["id"] for row in await connection.fetch(_IDS, False, *_values(wanted, wanted.after), limit)]  # noqa: FBT003 - SQL's


async def count_open(connection: Connection, wanted: Selection) -> int:
    found: int = await connection.fetchval(_COUNT, False, *_values(wanted, wanted.after))  # noqa: FBT003 - SQL's
    return found


def _values(wanted: _Fitting, after: UUID | None) -> Sequence[object]:
    key = None if wanted.key is None else _as_kept(wanted.key)
    ids = list(wanted.ids) if isinstance(wanted, Selection) and wanted.ids is not None else None
    begins = wanted.id_begins if isinstance(wanted, Filter) else None
    return wanted.reason, key, wanted.topic, ids, after, begins


def _as_kept(key: str) -> bytes:
    """What is shown in hexadecimal digits is a digest."""
    return bytes.fromhex(key) if DIGEST.fullmatch(key) else key.encode()


def _readable(fields: dict[str, Any]) -> dict[str, Any]:
    """A key of bytes that are no text, as the digest of a partner's, in hexadecimal digits."""
    key: bytes | None = fields["key"]
    if key is None:
        return fields
    try:
        text = key.decode()
    except UnicodeDecodeError:
        text = key.hex()
    return fields | {"key": text if text.isprintable() else key.hex()}


def _decoded(value: bytes | None) -> dict[str, Any]:
    if value is None:
        return {}
    try:
        event = json.loads(value)
    except (ValueError, RecursionError):
        event = None
    if not isinstance(event, dict):
        return {"raw_base64": base64.b64encode(value).decode()}
    return {"data": event.pop("data", None), "attributes": event}
