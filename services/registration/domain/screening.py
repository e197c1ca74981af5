"""The list of article 69-B of the Código Fiscal: firms that SAT presumes, or found, to invoice what never happened.

Only `definitive` excludes a firm, and that is the gate of matching. `presumed` waits for an operator; the others are
clear.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple
from uuid import UUID, uuid5

ListState = Literal["not_listed", "presumed", "definitive", "disproved", "favourable_ruling"]

SITUATIONS: Mapping[str, ListState] = {
    "presunto": "presumed",
    "definitivo": "definitive",
    "desvirtuado": "disproved",
    "sentencia favorable": "favourable_ruling",
}
"""The four situations of SAT's list, in its words."""

SEVERITY: tuple[ListState, ...] = ("not_listed", "disproved", "favourable_ruling", "presumed", "definitive")
"""The gravest last."""

_NAMESPACE = UUID("5b0f0d7e-5f0b-5c1e-9c56-69b069b069b0")


@dataclass(frozen=True, slots=True)
class Screening:
    """What the list says of one firm, and the date of the list that was looked up; None when there was none yet."""

    list_69b: ListState
    list_date: date | None


class Entries(NamedTuple):
    """What a list says, as the store has it."""

    loading: UUID
    """Under which its entries are there: those of a list are put aside until all of them are."""
    firms: int
    digest: str
    """Equal ones are the same."""


@dataclass(frozen=True, slots=True)
class ScreeningList:
    """One list as SAT published it."""

    id: UUID
    list_date: date
    loaded_at: datetime
    loading: UUID
    firms: int
    digest: str
    """Of its entries these three."""


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest list, for whoever is about to load another."""

    list_date: date
    firms: int


@dataclass(frozen=True, slots=True)
class Listing:
    """The newest list, as far as a decision looks at it."""

    list_date: date | None
    states: Mapping[str, ListState]
    """Of the listed firms among those that are looked up."""

    def look_up(self, rfc: str) -> Screening:
        return Screening(self.states.get(rfc, "not_listed"), self.list_date)


NO_LIST = Listing(None, {})


def list_id(list_date: date) -> UUID:
    """A list is identified by its date: loading it again corrects it."""
    return uuid5(_NAMESPACE, list_date.isoformat())


def situation(text: str) -> ListState | None:
    """The state that a situation of SAT's list means; None where it means none."""
    return SITUATIONS.get(" ".join(text.lower().split()))


def gather(rows: Iterable[tuple[str, ListState]]) -> dict[str, ListState]:
    """One state per RFC. SAT lists a firm once per proceeding; the gravest counts."""
    states: dict[str, ListState] = {}
    for rfc, state in rows:
        states[rfc] = max(states.get(rfc, state), state, key=SEVERITY.index)
    return states


def loaded(before: ScreeningList | None, entries: Entries, list_date: date, now: datetime) -> ScreeningList:
    """The list of this date with these entries; the one before where nothing differs."""
    if before is not None and before.digest == entries.digest:
        return before
    return ScreeningList(list_id(list_date), list_date, now, *entries)
