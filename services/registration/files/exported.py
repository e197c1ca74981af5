"""A firm's profile as the cells of a row of the file of suppliers: read again, it is the same profile.

Its contact is in none of them: a person's data do not leave with hundreds of others', and a row that says nothing of
the contact leaves the one that is there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, fields
from datetime import date
from typing import Any, BinaryIO

import msgspec

from services.registration.domain.certificates import Certificate, qms_of
from services.registration.domain.limits import PartLimits, SupplyTerms
from services.registration.domain.offering import Offering, ProcessOffer
from services.registration.domain.plants import Plant
from services.registration.domain.profile import Profile
from services.registration.domain.supplier import Supplier
from services.registration.domain.trade import PartOrigin, TradeProgram
from services.registration.files.supplier_columns import GROUPS, OFFERING, PROFILE
from shared.files.cells import Column, pairs
from shared.files.out import Figure, Out, out
from shared.files.rows import Sent
from shared.files.template import NUMBERS
from shared.files.written import written

Cells = Mapping[str, str]

_FROM_CERTIFICATES = frozenset({"sgc", "sgc_vigencia"})


def cells_of(firm: Profile | Supplier) -> Cells:
    """Its cells by column. What is not stated, or is what a blank cell says, has none."""
    offering = firm.offering
    found = dict(_cells(PROFILE, firm, ""))
    found.update(_cells(OFFERING, offering, ""))
    for name, group in GROUPS.items():
        items: Sequence[Any] = firm.plants if name == "plants" else getattr(offering, name)
        for number, each in enumerate(items, 1):
            found.update(_cells(group.columns, each, f"_{number}"))
    return found


def header_of(names: set[str]) -> list[str]:
    """Columns in the order in which people look for them: those of the template, and of each group as many as these
    names have.
    """
    singles = [column.name for column in (*PROFILE, *OFFERING)]
    groups: list[str] = []
    for group in GROUPS.values():
        for place in range(group.most):
            of_one = [group.names(column)[place] for column in group.columns]
            if place < group.offered or not names.isdisjoint(of_one):
                groups += of_one
    return [*singles, *groups]


def lacking(firm: Supplier, columns: frozenset[str]) -> list[str]:
    """The columns that a row about this firm would need beside these: what has none, it would take away."""
    certified = qms_of(firm.offering.certificates, date.max) is not None
    follow = _FROM_CERTIFICATES if certified else frozenset[str]()
    return [name for name in cells_of(firm) if name not in columns | follow]


def _cells(columns: Sequence[Column], of: Any, suffix: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - a part of a profile
    for column in columns:
        value = _value(of, column.field)
        if value is None or value == () or value == _DEFAULTS.get((type(of), column.field)):
            continue
        if column.parse is pairs:
            value = [(each.code, each.assessed_on) for each in value]
        yield column.name + suffix, written(column, value)


def _value(of: Any, field: str) -> Any:  # noqa: ANN401 - likewise
    for part in field.split("."):
        if of is None:
            return None
        of = of[int(part)] if isinstance(of, tuple) else getattr(of, part)
    return of


_FIGURES = {
    *(column.name for column in (*PROFILE, *OFFERING) if column.parse in NUMBERS),
    *(
        name
        for group in GROUPS.values()
        for column in group.columns
        if column.parse in NUMBERS
        for name in group.names(column)
    ),
}

_KINDS = (
    *(Profile, Supplier, Offering, ProcessOffer, PartLimits),
    *(SupplyTerms, Plant, Certificate, TradeProgram, PartOrigin),
)
_DEFAULTS = {
    (kind, field.name): field.default for kind in _KINDS for field in fields(kind) if field.default is not MISSING
}


class Export:
    """Firms on their way out, in a file of their own first: which columns it has is known at its end."""

    def __init__(self, lines: BinaryIO) -> None:
        self._lines = lines
        self._names: set[str] = set()

    def add(self, firms: Sequence[Supplier]) -> None:
        """Some more firms. It takes a moment: call it in a thread, as `write`."""
        for firm in firms:
            cells = cells_of(firm)
            self._names.update(cells)
            self._lines.write(msgspec.json.encode(cells) + b"\n")

    def write(self, file: BinaryIO, delimiter: str) -> Out:
        """All of them, into this file."""
        header = header_of(self._names)
        written_ = out(file, delimiter)
        written_.write(header)
        self._lines.seek(0)
        for line in self._lines:
            cells = msgspec.json.decode(line)
            written_.write([sent(name, cells.get(name, "")) for name in header])
        written_.close()
        return written_


def sent(name: str, text: str) -> Sent:
    """A cell as it leaves: a number is one to compute with."""
    return Figure(text) if text and name in _FIGURES else text
