"""Which requirement a row of a file is about: a corrected title is no second requirement."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from difflib import SequenceMatcher
from uuid import UUID, uuid5

from services.matching.domain.requirement import Requirement, Specification

LIKE = 0.8
"""Titles that share so much of their letters are one title with a slip, or a word put otherwise."""
FEW = 2
"""Figures that somebody corrects together with a title."""

_MOVES = frozenset({"area", "title", "open_until"})
"""What two requirements that are one may well differ in."""
_COMPARED = tuple(each.name for each in fields(Specification) if each.name not in _MOVES)


def imported_id(anchor_id: UUID, area: str, title: str) -> UUID:
    """Identity of a requirement that a file publishes: the same anchor, area and title are the same requirement, so
    that a file sent twice doubles none.
    """
    return uuid5(anchor_id, f"{area}|{_plain(title)}")


@dataclass(frozen=True, slots=True)
class Meant:
    """What a row of a file says of which requirement it is about."""

    anchor_id: UUID
    specification: Specification
    reference: str | None = None
    """The anchor's own name of it."""
    based_on: int | None = None
    """The version that the row changes; None: not said."""
    new: bool = False
    """Whether the row says that it is a requirement of its own, whatever it looks like."""

    @property
    def id(self) -> UUID:
        return imported_id(self.anchor_id, self.specification.area, self.specification.title)


@dataclass(frozen=True, slots=True)
class Held:
    """Nobody but the buyer can tell: the row looks like an open requirement and is named otherwise."""

    like: Requirement


def known_by_name(row: Meant, known: Sequence[Requirement]) -> UUID | None:
    """The requirement that has the row's reference, or else in the row's area the title that it says."""
    possible = _possible(row, known)
    if row.reference and (named := [each for each in possible if each.reference == row.reference]):
        return named[0].id
    titled = [each for each in possible if not row.new and _same_title(each.specification, row.specification)]
    return min(titled, key=lambda each: (each.status != "open", each.id != row.id, each.id)).id if titled else None


def identify(row: Meant, known: Sequence[Requirement], named: Collection[UUID]) -> UUID | Held | None:
    """The requirement that a row is about; None: a new one whose `id` is another one's.

    `known`: what its anchor asks in the row's area, and what has its reference; `named`: requirements that other rows
    of the file name. By its name, else as the one that looks like it and has the version that the row says. Where it
    only looks like one, it is held.
    """
    if id_ := known_by_name(row, known):
        return id_
    possible = [each for each in _possible(row, known) if each.id not in named]
    if not row.new and (like := [each for each in possible if _looks_like(each, row)]):
        closest = max(like, key=lambda each: _closeness(each.specification, row.specification))
        meant = [each for each in like if each.version == row.based_on]
        return meant[0].id if len(meant) == 1 else Held(closest)
    return row.id if all(each.id != row.id for each in known) else None


def _possible(row: Meant, known: Sequence[Requirement]) -> list[Requirement]:
    """Those of its anchor that are not named otherwise."""
    theirs = (each for each in known if each.anchor_id == row.anchor_id)
    return [each for each in theirs if not (row.reference and each.reference and each.reference != row.reference)]


def _looks_like(known: Requirement, row: Meant) -> bool:
    """Open, in the same area, and asking the same; or all but the same by nearly the same title; or once called so."""
    if known.status != "open" or known.area != row.specification.area:
        return False
    asked, given = known.specification, row.specification
    others = sum(getattr(asked, name) != getattr(given, name) for name in _COMPARED)
    return not others or known.id == row.id or (others <= FEW and _closeness(asked, given) >= LIKE)


def _closeness(one: Specification, other: Specification) -> float:
    return SequenceMatcher(None, _plain(one.title), _plain(other.title)).ratio()


def _same_title(one: Specification, other: Specification) -> bool:
    return one.area == other.area and _plain(one.title) == _plain(other.title)


def _plain(title: str) -> str:
    return " ".join(title.casefold().split())
