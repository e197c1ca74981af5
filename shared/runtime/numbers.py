"""Numbers of JSON as they were written. Python's parser rounds what a float does not hold, and makes 0 of `1e-400`."""

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any

LONGEST = 40
"""Characters of a number. A float needs 25 at most; one of hundred thousand digits takes long to read."""

INEXACT = "a number that no float holds"
"""What the error says of which `loads` knows the place."""

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|-?[0-9][0-9.eE+-]*|NaN|-?Infinity')


class _InexactError(Exception):
    pass


class Written(dict[str, Any]):
    """An object of JSON, with the text that it is read from."""

    text: str


def loads(text: str | bytes) -> Any:  # noqa: ANN401 - JSON
    """As `json.loads`, and no number is another one than was written; an object is a `Written`. Raises JSONDecodeError,
    and ValueError for bytes that are no text.
    """
    given = text if isinstance(text, str) else text.decode(json.detect_encoding(text))
    try:
        found = json.loads(given, parse_float=_exact, parse_int=_whole, parse_constant=_exact)
    except _InexactError:
        raise json.JSONDecodeError(INEXACT, given, inexact_at(given) or 0) from None
    if not isinstance(found, dict):
        return found
    written = Written(found)
    written.text = given
    return written


def inexact_at(text: str) -> int | None:
    """Where a JSON text has the first number that a float does not hold; None: it has none."""
    for found in _TOKEN.finditer(text):
        if not found[0].startswith('"') and not is_exact(found[0]):
            return found.start()
    return None


def has_inexact(value: bytes) -> bool:
    """Whether this is JSON, and has a number that a float does not hold."""
    if inexact_at(value.decode("latin-1")) is None:
        return False
    try:
        json.loads(value, parse_int=len, parse_float=len)
    except (ValueError, RecursionError):
        return False
    return True


def is_exact(literal: str) -> bool:
    """Whether a number that is read keeps the value that was written. `NaN` and `Infinity` are none of JSON's."""
    if len(literal) > LONGEST or literal.endswith(("NaN", "Infinity")):
        return False
    if not re.search("[.eE]", literal):
        return True
    try:
        return Decimal(literal) == Decimal(repr(float(literal)))
    except (InvalidOperation, ValueError):
        return False


def _exact(literal: str) -> float:
    if not is_exact(literal):
        raise _InexactError
    return float(literal)


def _whole(literal: str) -> int:
    if not is_exact(literal):
        raise _InexactError
    return int(literal)
