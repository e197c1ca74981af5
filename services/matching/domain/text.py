"""How needs and offers are shown: values with their unit, the same in every language."""

from collections.abc import Sequence

LONGEST = 120
"""Characters shown of one value: a list of hundreds of materials must not outgrow an event."""


def number(value: int | None, unit: str = "") -> str:
    """A value with its unit, or nothing when it is not stated."""
    return "" if value is None else f"{value} {unit}".rstrip()


def share(basis_points: int | None) -> str:
    """A share in percent, exact: 9,550 basis points are 95.50 %."""
    return "" if basis_points is None else f"{basis_points // 100}.{basis_points % 100:02} %"


def sides(envelope_mm: Sequence[int] | None) -> str:
    """A part's three sides, longest first."""
    return "" if envelope_mm is None else f"{' x '.join(map(str, sorted(envelope_mm, reverse=True)))} mm"


def listed(values: Sequence[str]) -> str:
    """Values in their order, cut where the list grows too long. Between them are semicolons, as in a cell of a file: a
    comma is a part of what people say, as `PA66, 30% glass`, and who says a semicolon is quoted.
    """
    whole = "; ".join(map(_quoted, values))
    return whole if len(whole) <= LONGEST else f"{whole[: LONGEST - 1]}…"


def _quoted(value: str) -> str:
    return '"{}"'.format(value.replace('"', '""')) if {*value} & {*';"'} else value
