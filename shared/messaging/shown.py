"""What may be told of a record that is no event. To logs and other readers goes nothing that its writer chose."""

import re
from uuid import UUID

from pydantic import ValidationError

from shared.messaging.topics import EVENT_TYPES, is_partners

TYPE_NAME = re.compile(r"[a-z][a-z0-9-]{0,40}\.[a-z][a-z0-9-]{0,60}$")

FIELD_NAME = re.compile(r"[a-z_0-9]{1,30}$")
"""What a contract's field looks like; anything else in an error's location comes from the record itself."""


def place_of(error: ValidationError) -> str:
    """Where the shape broke, without the value that broke it."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(part) if FIELD_NAME.match(str(part)) else "?" for part in first["loc"])
    return f"{first['type']} at data.{where}"[:200]


def id_of(given: object) -> str | None:
    """An id only where it is one."""
    if isinstance(given, UUID):
        return str(given)
    try:
        return str(UUID(given)) if isinstance(given, str) else None
    except ValueError:
        return None


def type_of(given: object, topic: str) -> str | None:
    """A type that we know, or from a stage one that could be a newer build's; a partner may write anything there."""
    if not isinstance(given, str) or (given not in EVENT_TYPES and is_partners(topic)):
        return None
    return given if TYPE_NAME.match(given) else None
