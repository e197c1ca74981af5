"""Numbers and amounts as people write them: commas stand between thousands, a point before decimals.

What is written otherwise stays text, which a stage refuses at its field: nobody guesses whether `1,50` is one and
a half or a slip of the hand.
"""

import re
from decimal import Decimal

WHOLE = re.compile(r"[0-9]{1,15}")
WHOLE_SHARE = 10_000
"""In basis points; so is the one below."""
POINT = 100
"""Of percentage."""
_PERCENT = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,2}))? ?(%?)")
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
_THOUSANDS = re.compile(r"[0-9]{1,3}(,[0-9]{3})+")
_DECIMAL = re.compile(r"(-?)([0-9]{1,9})(?:\.([0-9]{1,6}))?")
_LINE = re.compile(r"[\r\n]")
_BETWEEN_CODES = re.compile(r"[,;\r\n]")
_AMOUNT = re.compile(r"([0-9]{1,14})(?:\.([0-9]{1,2}))?")


def whole(text: str) -> int | str:
    """A whole number, with or without commas between thousands; else the text."""
    digits = _without_commas(text.strip())
    return int(digits) if WHOLE.fullmatch(digits) else text


def month(text: str) -> str:
    """A month as `2026-10`, for an address; of whatever else one that is none, which a stage words."""
    return text.strip() if _MONTH.fullmatch(text.strip()) else "0000-00"


def amount(text: str) -> str:
    """An amount of money with two decimals and without commas, as stages take it; else the text."""
    pesos, point, cents = text.strip().removeprefix("$").lstrip().partition(".")
    found = _AMOUNT.fullmatch(_without_commas(pesos) + point + cents)
    return text if found is None else f"{found[1]}.{found[2] or '':0<2}"


def share(text: str) -> int | None:
    """A share in basis points of what people write as a percentage, with its sign or without; None of what is none of 0
    to 100. Above 0 and not above 1 it needs its sign, as in files: `0.95` may be meant as 95 %.
    """
    found = _PERCENT.fullmatch(text.strip())
    if found is None:
        return None
    points = int(found[1]) * 100 + int(f"{found[2] or '':0<2}")
    return points if points <= WHOLE_SHARE and (found[3] or not _may_be_a_fraction(points)) else None


def percentage(points: int) -> str:
    """The same written, as `share` takes it."""
    text = format((Decimal(points) / 100).normalize(), "f")
    return f"{text} %" if _may_be_a_fraction(points) else text


def lines(text: str) -> list[str]:
    """One of a list on each line. A comma or a semicolon is a part of what is said: `PA66, 30% fibra de vidrio`."""
    return [each for line in _LINE.split(text) if (each := line.strip())]


def codes_of(text: str) -> list[str]:
    """Codes, which have neither space nor mark within: lines, commas and semicolons stand between them."""
    return [each for part in _BETWEEN_CODES.split(text) if (each := part.strip())]


def scaled(text: str, places: int) -> int | None:
    """A decimal number in units so many places smaller: `1.5` with three places is 1,500; None of what is none, or has
    more places.
    """
    found = _DECIMAL.fullmatch(text.strip())
    if found is None or len(found[3] or "") > places:
        return None
    digits = int(f"{found[2]}{found[3] or '':0<{places}}")
    return -digits if found[1] else digits


def _may_be_a_fraction(points: int) -> bool:
    return 0 < points <= POINT


def _without_commas(text: str) -> str:
    return text.replace(",", "") if _THOUSANDS.fullmatch(text) else text
