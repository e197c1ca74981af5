"""The languages there are, and which of them a caller prefers."""

from collections.abc import Iterator
from typing import Final, Literal, get_args

from babel import negotiate_locale

Language = Literal["es", "en"]

LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
DEFAULT: Final[Language] = "es"

MAX_HEADER = 200
"""Longer than any browser's header: what follows is not read."""


def negotiated(accept_language: str | None) -> Language:
    """The language of an `Accept-Language` header (RFC 9110, 12.5.4), or of any list of tags such as `en-GB,es;q=0.5`.

    Spanish where nothing that we have is asked for.
    """
    preferred = [tag for _, tag in sorted(_weighed(accept_language or ""), key=lambda each: -each[0])]
    chosen = negotiate_locale(preferred, LANGUAGES, sep="-")
    return next((language for language in LANGUAGES if language == chosen), DEFAULT)


def _weighed(header: str) -> Iterator[tuple[float, str]]:
    """Each tag that is acceptable, with its weight."""
    for part in header[:MAX_HEADER].split(","):
        tag, _, weight = part.partition(";")
        try:
            quality = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if tag.strip() and quality > 0:
            yield quality, tag.strip().lower()
