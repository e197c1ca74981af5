"""Identifiers that sort by the time of their making (RFC 9562, UUID version 7)."""

from operator import attrgetter
from uuid import UUID

import msgspec
import uuid_utils
from asyncpg.pgproto.pgproto import UUID as FastUUID  # noqa: N811 - a `uuid.UUID` in compiled code

in_order = attrgetter("int")
"""Sorts ids as PostgreSQL does, many times faster than comparing them one with another."""


def new_id() -> UUID:
    made: UUID = FastUUID(uuid_utils.uuid7().bytes)
    return made


def text_of(id_: UUID) -> str:
    """What `str` gives, in a third of its time."""
    text: str = msgspec.to_builtins(id_)
    return text
