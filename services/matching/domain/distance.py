"""How far plants are from each other, as the crow flies: whole numbers, so that the store reckons the same.

On a plane that touches the earth where the parts are delivered: within 500 km, the most that may be asked, that is less
than two percent off.
"""

from collections.abc import Sequence
from math import cos, isqrt, radians

MICRO = 1_000_000
DEGREE_M = 111_195
"""Metres of a degree of a great circle, on a sphere of the earth's mean radius (IUGG, 6,371.0 km)."""

SHOWN_KM = 10
"""Distances are shown in so many kilometres, rounded up: nobody finds a plant by asking for its distance."""


def reach(km: int) -> int:
    """So many kilometres in millionths of a degree."""
    return km * 1_000 * MICRO // DEGREE_M


def narrowing(latitude_e6: int) -> int:
    """How much shorter a degree of longitude is there than at the equator, in millionths."""
    return round(cos(radians(latitude_e6 / MICRO)) * MICRO)


def square(one: Sequence[int], other: Sequence[int]) -> int:
    """The square of the distance of two places (latitude and longitude in millionths of a degree), seen from the
    first, in millionths of a degree.
    """
    east = abs(other[1] - one[1]) * narrowing(one[0]) // MICRO
    return (other[0] - one[0]) ** 2 + east**2


def shown(square_: int) -> str:
    """A distance as people read it."""
    km = isqrt(square_) * DEGREE_M // (1_000 * MICRO)
    return f"{(km // SHOWN_KM + 1) * SHOWN_KM} km"
