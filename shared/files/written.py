"""Values as the texts of cells from which `cells.py` reads them again."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from shared.files import cells
from shared.files.cells import Choice, Column, Several
from shared.states import NAMES


def written(column: Column, value: Any) -> str:  # noqa: ANN401 - of its column
    """A value as the cell of its column."""
    match column.parse:
        case Choice() as choice:
            return _word(choice, value)
        case Several() as several:
            return _joined(_word(several.of, each) for each in value)
        case parse:
            return _WRITERS.get(parse, str)(value)


def _word(choice: Choice, value: object) -> str:
    return next(word for word, means in choice.options.items() if means == value)


def _joined(texts: Iterable[str]) -> str:
    file = io.StringIO()
    csv.writer(file, delimiter=";", lineterminator="").writerow(list(texts))
    return file.getvalue()


def _share(points: int) -> str:
    # With its sign: what is not above 1 could be a fraction.
    return f"{Decimal(points).scaleb(-2).normalize():f}%"


def _thousandths(value: int) -> str:
    text = f"{Decimal(value).scaleb(-3).normalize():f}"
    # Three decimals could be thousands.
    return f"{text}0" if len(text.partition(".")[2]) == len("000") else text


def _degrees(millionths: int) -> str:
    return f"{Decimal(millionths).scaleb(-6).normalize():f}"


def _dated(pairs: Iterable[tuple[str, date]]) -> str:
    return _joined(f"{code}:{on.isoformat()}" for code, on in pairs)


_WRITERS: Mapping[Any, Callable[[Any], str]] = {
    cells.amount: lambda value: format(value, ".2f"),
    cells.share: _share,
    cells.thousandths: _thousandths,
    cells.degrees: _degrees,
    cells.day: date.isoformat,
    cells.state: NAMES.__getitem__,
    cells.states: lambda keys: _joined(NAMES[key] for key in keys),
    cells.parts: _joined,
    cells.codes: _joined,
    cells.languages: _joined,
    cells.pairs: _dated,
}
"""Where a value's own text is not how it is written."""
