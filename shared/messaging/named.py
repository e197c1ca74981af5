"""Which ids a partner's record names, in its key or anywhere in what it says, whatever they are written like: whom a
dead letter is about is found by each.
"""

import hashlib
import re
from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from pydantic_core import from_json, to_json

from shared.messaging import shown

_ID = re.compile(rb"(?<![0-9a-f])[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}(?![0-9a-f])", re.IGNORECASE)
"""In capitals too, between braces or quotes, and without hyphens."""


def ids_of(key: bytes | None, value: bytes | None) -> list[UUID]:
    """Those of what it says before those of its key, each once."""
    parts = (*_readings(value or b""), key or b"")
    return list(dict.fromkeys(UUID(found.decode()) for part in parts for found in _ID.findall(part)))


def as_array(ids: Sequence[UUID]) -> str:
    """As PostgreSQL reads an array: arrays of arrays cannot be given at once."""
    return "{" + ",".join(map(str, ids)) + "}"


def kept_key(key: bytes | None) -> bytes | None:
    """An outsider's key is kept where it is an id, however it is written; of another one, which may be anybody's name,
    the digest.
    """
    if key is None or shown.id_of(key.decode("latin-1")) is not None:
        return key
    return hashlib.sha256(key).digest()


def _readings(value: bytes) -> tuple[bytes, ...]:
    """As it came, UTF-16 like UTF-8; and where it is JSON without its escapes."""
    as_it_came = value.replace(b"\0", b"")
    with suppress(ValueError):
        return as_it_came, to_json(from_json(value))
    return (as_it_came,)
